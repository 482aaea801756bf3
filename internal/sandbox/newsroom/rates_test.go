package newsroom

import (
	"encoding/xml"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
)

type ratesDoc struct {
	XMLName xml.Name `xml:"rates"`
	Date    string   `xml:"date"`
	Items   []struct {
		Name   string `xml:"fullname"`
		Code   string `xml:"title"`
		Value  string `xml:"description"`
		Quant  int64  `xml:"quant"`
		Index  string `xml:"index"`
		Change string `xml:"change"`
	} `xml:"item"`
}

type line struct {
	value, change decimal.Decimal
	quant         int64
	index         string
}

func day(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

func ratesOf(t *testing.T, base string, d time.Time) map[string]line {
	t.Helper()
	resp, body := get(t, base+ratesPath+"?fdate="+d.Format("02.01.2006"))
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%v: %s", d, resp.Status)
	}
	var doc ratesDoc
	if err := xml.Unmarshal(body, &doc); err != nil {
		t.Fatal(err)
	}
	if doc.Date != d.Format("02.01.2006") {
		t.Errorf("asked for %v, answered for %s", d, doc.Date)
	}
	out := map[string]line{}
	for _, i := range doc.Items {
		out[i.Code] = line{decimal.RequireFromString(i.Value), decimal.RequireFromString(i.Change), i.Quant, i.Index}
	}
	return out
}

func TestRatesHistory(t *testing.T) {
	_, _, base := open(t, monday)
	first := day(2026, time.June, 10)
	before := ratesOf(t, base, first)
	moved := 0
	quants := map[int64]bool{}
	for d := first.AddDate(0, 0, 1); !d.After(day(2026, time.November, 23)); d = d.AddDate(0, 0, 1) {
		now := ratesOf(t, base, d)
		if len(now) < 39 {
			t.Fatalf("%v: %d currencies", d, len(now))
		}
		carried := !working(d.AddDate(0, 0, -1))
		for code, l := range now {
			was := before[code]
			quants[l.quant] = true
			previous := was.value
			if was.quant != l.quant {
				// The list writes the old value for the old nominal; for the new one it is known only within its rounding.
				previous = was.value.Mul(decimal.New(l.quant/was.quant, 0))
				if diff := l.value.Sub(previous).Sub(l.change).Abs(); diff.GreaterThan(decimal.RequireFromString("0.06")) {
					t.Errorf("%v %s: nominal changed and so did the value, by %s", d, code, diff)
				}
				continue
			}
			if !l.value.IsPositive() || !l.value.Sub(previous).Equal(l.change) {
				t.Errorf("%v %s: %s after %s, change %s", d, code, l.value, previous, l.change)
			}
			if carried && (!l.change.IsZero() || l.index != "") {
				t.Errorf("%v %s: carried forward with change %s %q", d, code, l.change, l.index)
			}
			if l.change.IsPositive() && l.index != "UP" || l.change.IsNegative() && l.index != "DOWN" {
				t.Errorf("%v %s: change %s with index %q", d, code, l.change, l.index)
			}
			if l.change.Abs().GreaterThan(l.value.Mul(decimal.RequireFromString("0.05"))) {
				t.Errorf("%v %s: change %s of %s is no ordinary day", d, code, l.change, l.value)
			}
		}
		if !now["USD"].change.IsZero() {
			moved++
		}
		before = now
	}
	if moved < 90 {
		t.Errorf("the dollar moved on %d days", moved)
	}
	for _, q := range []int64{1, 10, 100, 1000, 10000} {
		if !quants[q] {
			t.Errorf("no currency for %d units", q)
		}
	}
}

func TestRatesLevels(t *testing.T) {
	_, _, base := open(t, monday)
	for code, span := range map[string][2]string{"USD": {"480", "560"}, "EUR": {"550", "660"}, "RUB": {"5.5", "7.5"}, "CNY": {"66", "79"}} {
		v := ratesOf(t, base, day(2026, time.November, 23))[code].value
		if v.LessThan(decimal.RequireFromString(span[0])) || v.GreaterThan(decimal.RequireFromString(span[1])) {
			t.Errorf("%s is %s", code, v)
		}
	}
}

func TestRatesWeek(t *testing.T) {
	_, _, base := open(t, monday)
	// Friday's session is official from Saturday; Sunday and Monday repeat it.
	saturday := ratesOf(t, base, day(2026, time.November, 21))
	if saturday["USD"].change.IsZero() {
		t.Error("Saturday has no change")
	}
	for d := 22; d <= 23; d++ {
		l := ratesOf(t, base, day(2026, time.November, d))["USD"]
		if !l.value.Equal(saturday["USD"].value) || !l.change.IsZero() || l.index != "" {
			t.Errorf("day %d: %v", d, l)
		}
	}
	// 16 December is a holiday, in 2026 a Wednesday: Thursday repeats Wednesday.
	_, _, later := open(t, time.Date(2026, time.December, 18, 12, 0, 0, 0, almaty))
	if l := ratesOf(t, later, day(2026, time.December, 17))["USD"]; !l.change.IsZero() {
		t.Errorf("after a holiday: %v", l)
	}
}

func TestRatesPublication(t *testing.T) {
	_, c, base := open(t, monday)
	tomorrow := day(2026, time.November, 24)
	for name, tt := range map[string]struct {
		now  time.Time
		day  time.Time
		want bool
	}{
		"today":             {monday, day(2026, time.November, 23), true},
		"tomorrow too soon": {monday.Add(3*time.Hour + 59*time.Minute), tomorrow, false},
		"tomorrow at four":  {monday.Add(4 * time.Hour), tomorrow, true},
		"day after":         {monday.Add(6 * time.Hour), tomorrow.AddDate(0, 0, 1), false},
		"120 days ago":      {monday, day(2026, time.July, 26), true},
		"years ago":         {monday, day(2019, time.March, 5), false},
	} {
		c.set(tt.now)
		if got := len(ratesOf(t, base, tt.day)) > 0; got != tt.want {
			t.Errorf("%s: published %v", name, got)
		}
	}
}

func TestRatesAreTheSameForAll(t *testing.T) {
	_, _, a := open(t, monday)
	_, _, b := open(t, monday.Add(30*24*time.Hour))
	d := day(2026, time.September, 15)
	_, one := get(t, a+ratesPath+"?fdate="+d.Format("02.01.2006"))
	_, two := get(t, b+ratesPath+"?fdate="+d.Format("02.01.2006"))
	if string(one) != string(two) {
		t.Error("a day's rates depend on when they are asked for")
	}
}

func TestRatesModes(t *testing.T) {
	n, _, base := open(t, monday)
	for _, tt := range []struct {
		mode, contentType, has, hasNot string
		status                         int
	}{
		{RatesOK, "text/xml", "<title>USD</title>", "0.0<", 200},
		{RatesDown, "text/html", "503", "<rates>", 503},
		{RatesHTML, "text/html", "<!DOCTYPE html>", "<rates>", 200},
		{RatesZeros, "text/xml", "<description>0.0</description>", "UP", 200},
		{RatesEmpty, "text/xml", "<date>23.11.2026</date>", "<item>", 200},
		{"nonsense", "text/xml", "<title>USD</title>", "0.0<", 200},
	} {
		n.SetRatesMode(tt.mode)
		resp, body := get(t, n.RatesURL()+"?fdate=23.11.2026")
		if resp.StatusCode != tt.status || !strings.HasPrefix(resp.Header.Get("Content-Type"), tt.contentType) ||
			!strings.Contains(string(body), tt.has) || strings.Contains(string(body), tt.hasNot) {
			t.Errorf("%s: %s %s\n%.300s", tt.mode, resp.Status, resp.Header.Get("Content-Type"), body)
		}
	}
	n.SetRatesMode(RatesOK)
	if _, body := get(t, base+ratesPath+"?fdate=23.11.2026&switch=kazakh"); !strings.Contains(string(body), "АҚШ ДОЛЛАРЫ") {
		t.Error("no Kazakh names")
	}
}

func TestRateForms(t *testing.T) {
	for hundredths, want := range map[int64][2]string{
		47877: {"478.77", "+478.77"}, 870: {"8.7", "+8.70"}, 6800: {"68", "+68.00"}, -20: {"-0.2", "-0.20"}, 0: {"0", "0.00"}, 10000: {"100", "+100.00"},
	} {
		if got := [2]string{trimmed(hundredths), signed(hundredths)}; got != want {
			t.Errorf("%d: %v, want %v", hundredths, got, want)
		}
	}
}
