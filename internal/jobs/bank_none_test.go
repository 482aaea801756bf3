package jobs

import (
	"context"
	"testing"
	"time"

	"newsbot/internal/rates"
)

// emptyBank has no list from a day of the year on, until it is well.
type emptyBank struct {
	jumpyBank
	first int
	well  *bool
}

func (b emptyBank) Fetch(ctx context.Context, date time.Time) (rates.Day, error) {
	if day := date.YearDay(); !*b.well && day >= b.first {
		*b.asked = append(*b.asked, day)
		return rates.Day{}, rates.ErrNotPublished
	}
	return b.jumpyBank.Fetch(ctx, date)
}

// The first list after days off is shown with its change, as soon as the bank has been
// asked for those days once more.
func TestChangeAfterDaysOff(t *testing.T) {
	d := open(t) // a Monday
	off := monday.YearDay()
	asked := []int{}
	d.Options.Bank = jumpyBank{off: map[int]bool{off: true, off + 1: true}, asked: &asked}
	d.Jobs = New(d.Options)
	d.pause = 0
	for at := monday; at.Before(monday.AddDate(0, 0, 2)); at = at.Add(10 * time.Minute) {
		d.set(at)
		d.run("rates")
		if local := at.In(almaty); local.Day() != monday.In(almaty).Day()+1 || local.Hour() < 17 {
			continue
		}
		quotes, err := d.Store.Rates(rates.Book{}).Quotes(d.Context(), []string{"USD"}, time.Date(2026, time.November, monday.In(almaty).Day()+2, 0, 0, 0, 0, time.UTC))
		d.must(err)
		if len(quotes) != 1 || quotes[0].Date.YearDay() != off+2 {
			t.Fatalf("%s: %+v", at, quotes)
		}
		change, known := quotes[0].ChangeSince()
		if want := jumpyValue(off + 2).Sub(jumpyValue(off - 1)); !known || !change.Equal(want) {
			t.Errorf("%s: the change is %s, %v, want %s", at, change, known, want)
		}
	}
}

// A bank that has nothing for longer than days off last is asked for each day once a
// day, and for all of them when it is well again.
func TestEmptyBankIsAskedSeldom(t *testing.T) {
	d := open(t)
	asked, well := []int{}, false
	d.Options.Bank = emptyBank{jumpyBank: jumpyBank{asked: &asked}, first: monday.YearDay() + 1, well: &well}
	d.Jobs = New(d.Options)
	d.pause = 0
	at := monday
	d.run("rates")
	for ; at.Before(monday.AddDate(0, 0, 11)); at = at.Add(5 * time.Minute) {
		d.set(at)
		d.run("rates")
	}
	asked = nil
	for end := at.Add(24 * time.Hour); at.Before(end); at = at.Add(time.Minute) {
		d.set(at)
		d.run("rates")
	}
	times := map[int]int{}
	for _, day := range asked {
		times[day]++
	}
	for day := monday.YearDay() + 1; day < at.YearDay()-2; day++ {
		if times[day] > 3 {
			t.Errorf("day %d was asked for %d times in a day", day, times[day])
		}
	}
	well = true
	for end := at.Add(3 * time.Hour); at.Before(end); at = at.Add(time.Minute) {
		d.set(at)
		d.run("rates")
	}
	dates, err := d.Store.Rates(rates.Book{}).Dates(d.Context(), monday.AddDate(0, 0, -1), at)
	d.must(err)
	if len(dates) < 13 {
		t.Errorf("the bank is well, and of %v only these are there: %v", monday, dates)
	}
}
