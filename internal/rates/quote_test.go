package rates

import (
	"testing"

	"github.com/shopspring/decimal"
)

func TestQuote(t *testing.T) {
	rate := func(nominal int64, value string) Rate {
		return Rate{Code: "XXX", Nominal: nominal, Value: decimal.RequireFromString(value)}
	}
	before := func(nominal int64, value string) *Rate {
		r := rate(nominal, value)
		return &r
	}
	tests := []struct {
		name         string
		quote        Quote
		unit, change string // change is "" when not known
		direction    int
	}{
		{"dearer", Quote{Rate: rate(1, "501.25"), Previous: before(1, "500.75")}, "501.25", "0.5", 1},
		{"cheaper", Quote{Rate: rate(100, "34.1"), Previous: before(100, "34.3")}, "0.341", "-0.2", -1},
		{"the same", Quote{Rate: rate(10, "12.7"), Previous: before(10, "12.70")}, "1.27", "0", 0},
		{"never seen before", Quote{Rate: rate(1, "501.25")}, "501.25", "", 0},
		{"nominal grew", Quote{Rate: rate(10000, "3.1"), Previous: before(1000, "0.3")}, "0.00031", "0.1", 1},
		{"nominal shrank", Quote{Rate: rate(1, "0.5"), Previous: before(1000, "501")}, "0.5", "-0.001", -1},
		{"nominal that is no power of ten", Quote{Rate: rate(10, "5"), Previous: before(3, "1")}, "0.5", "1.66666666666666666667", 1},
		{"previous is no value", Quote{Rate: rate(1, "5"), Previous: before(1, "0")}, "5", "", 0},
		{"previous has no nominal", Quote{Rate: rate(1, "5"), Previous: before(0, "4")}, "5", "", 0},
		{"no value", Quote{Previous: before(1, "4")}, "0", "", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.quote.UnitValue().String(); got != tt.unit {
				t.Errorf("unit value %s, want %s", got, tt.unit)
			}
			got := ""
			if change, ok := tt.quote.ChangeSince(); ok {
				got = change.String()
			}
			if got != tt.change {
				t.Errorf("change %q, want %q", got, tt.change)
			}
			if got := tt.quote.Direction(); got != tt.direction {
				t.Errorf("direction %d, want %d", got, tt.direction)
			}
		})
	}
}
