package rates

import (
	"fmt"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
)

func TestJumps(t *testing.T) {
	board := boardOf("USD/1=500", "IRR/1000=4", "GBP/1=0")
	var last []Quote
	for _, code := range []string{"USD", "IRR", "GBP"} {
		q, _ := board(code)
		last = append(last, q)
	}
	tests := []struct{ name, code, value, want string }{
		{"as ever", "USD/1", "501", ""},
		{"just as far as may be", "USD/1", "600", ""},
		{"up", "USD/1", "600.01", "USD 500 20"},
		{"down", "USD/1", "50", "USD 500 -90"},
		{"a comma lost", "USD/1", "50000", "USD 500 9900"},
		{"another nominal, the same price", "IRR/10000", "40", ""},
		{"another nominal, another price", "IRR/10000", "4", "IRR 40 -90"},
		{"the last value is none", "GBP/1", "650", ""},
		{"never seen", "EUR/1", "1", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			code, nominal, _ := strings.Cut(tt.code, "/")
			r := Rate{Code: code, Value: decimal.RequireFromString(tt.value)}
			if _, err := fmt.Sscan(nominal, &r.Nominal); err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, j := range Jumps(Day{Date: oneDay, Rates: []Rate{r}}, last, 20) {
				got += fmt.Sprintf("%s %s %s", j.Code, j.Was, j.Percent)
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
