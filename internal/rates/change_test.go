package rates

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"
)

// row makes a row of "value/change" from the 1st on; a ~ before one is a gap, a n
// says that it is for ten times as many units.
func row(texts ...string) []Dated {
	var out []Dated
	for i, text := range texts {
		d := Dated{Date: time.Date(2026, 12, 1+i, 0, 0, 0, 0, time.UTC), Rate: Rate{Code: "USD", Nominal: 1}}
		for text[0] == '~' || text[0] == 'n' {
			d.Gap = d.Gap || text[0] == '~'
			if text[0] == 'n' {
				d.Nominal = 10
			}
			text = text[1:]
		}
		value, change := text, "0"
		for j := range text {
			if text[j] == '/' {
				value, change = text[:j], text[j+1:]
			}
		}
		d.Value, d.Change = decimal.RequireFromString(value), decimal.RequireFromString(change)
		out = append(out, d)
	}
	return out
}

// Two prices make a change when nothing lies between them; else the bank's own
// word does, where it has been right before.
func TestChangeIsSinceTheListBefore(t *testing.T) {
	for _, c := range []struct {
		name   string
		row    []Dated
		before string // of the last alone
		quote  string // of the last and those of its price; "" when not known
		more   bool   // more of the row is wanted when it is not whole
	}{
		{"days on end", row("500", "502/9"), "500", "500", false},
		{"a weekend", row("500", "502", "502", "502"), "502", "500", false},
		{"days are missing", row("500", "~502"), "", "", true},
		{"the bank says it", row("499", "500/1", "~502/1.5"), "500.5", "500.5", true},
		{"it is the bank's word for another day", row("499", "500/1", "~502/1.5", "502"), "502", "500.5", true},
		{"the bank was wrong before", row("499", "500/-1", "~502/1.5"), "", "", true},
		{"it was wrong before that only", row("498", "499/3", "500/1", "~502/1.5"), "500.5", "500.5", true},
		{"what it says of a weekend does not count", row("498", "499/-1", "499", "~502/1.5"), "", "", true},
		{"its word cannot be held against a price of long ago", row("490", "~500/1", "~502/1.5"), "500.5", "500.5", true},
		{"by another nominal", row("499", "n5000/10", "~n5020/15"), "5005", "5005", true},
		{"no price would be left", row("499", "500/1", "~502/502"), "", "", true},
		{"a fall too deep for one word", row("499", "500/1", "~400/-101"), "", "", true},
		{"the first", row("500/1"), "499", "499", true},
		{"the first, without a word", row("500"), "", "", true},
		{"the same since the first", row("500", "500", "500"), "500", "", true},
		{"missing days among those of one price", row("490", "500", "~500", "500"), "500", "", true},
	} {
		before, ok := Before(c.row)
		if got := before.Value.String(); ok != (c.before != "") || ok && got != c.before {
			t.Errorf("%s: before it %s %v, want %q", c.name, got, ok, c.before)
		}
		q, sure := NewQuote(c.row, true)
		got := ""
		if q.Previous != nil {
			got = q.Previous.Value.String()
		}
		if got != c.quote || !sure || !q.Date.Equal(c.row[len(c.row)-1].Date) {
			t.Errorf("%s: changed from %q of %v, want %q", c.name, got, q, c.quote)
		}
		if q, sure := NewQuote(c.row, false); sure == c.more || !sure && q.Previous != nil {
			t.Errorf("%s: sure of a part of it: %v, %v", c.name, sure, q.Previous)
		}
	}
}
