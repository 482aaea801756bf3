package newsroom

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// ratesPath is the bank's address under the base.
const ratesPath = "/nationalbank/rss/get_rates.cfm"

// historyDays is how far back the bank answers; before that its lists are empty.
const historyDays = 400

// walkStart is the session that all walks begin at. It is fixed, so that a date has the same rates whenever it is asked.
var walkStart = time.Date(2024, time.January, 3, 0, 0, 0, 0, time.UTC)

// publishHour is when the list for the next day appears, by the clock of Almaty.
const publishHour = 16

// money is a price in millionths of a tenge.
type money int64

// cents rounds a price to hundredths of a tenge, half up.
func (m money) cents() int64 { return (int64(m) + 5000) / 10000 }

// bank serves official rates by a random walk that is the same on every
// machine: it is integers only.
type bank struct {
	now func() time.Time

	mu       sync.Mutex
	mode     string
	sessions []session // from walkStart on, one a working day
}

// session is one day of trading: the price of one unit, or of a thousand cheap ones, for each of currencies.
type session struct {
	day    time.Time
	prices []money
}

func newBank(now func() time.Time) *bank { return &bank{now: now, mode: RatesOK} }

func (b *bank) setMode(mode string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.mode = mode
}

func (b *bank) getMode() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.mode
}

// quoted is one line of a list, for quant units, in hundredths of a tenge.
type quoted struct {
	*currency
	quant  int64
	value  int64
	change int64
	index  string // UP, DOWN or nothing
}

// list is what the bank publishes for a day (midnight UTC of the civil date).
// A day's rates are those of the last working day before it; a day that
// repeats the list of the day before has no change.
func (b *bank) list(day time.Time) []quoted {
	today, before := b.sessionFor(day), b.sessionFor(day.AddDate(0, 0, -1))
	var out []quoted
	for i := range currencies {
		c := &currencies[i]
		if c.since.After(day) {
			continue
		}
		q := quoted{currency: c, quant: c.quantOn(day)}
		price := today.prices[i] * money(q.quant) / money(c.unit)
		was := before.prices[i] * money(q.quant) / money(c.unit)
		q.value = price.cents()
		if !today.day.Equal(before.day) {
			q.change = q.value - was.cents()
			// As at the real bank the arrow is of the unrounded price, so it can stand beside a change of 0.00.
			switch {
			case price > was:
				q.index = "UP"
			case price < was:
				q.index = "DOWN"
			}
		}
		out = append(out, q)
	}
	return out
}

// sessionFor is the last session before a day.
func (b *bank) sessionFor(day time.Time) session {
	last := day.AddDate(0, 0, -1)
	for !working(last) {
		last = last.AddDate(0, 0, -1)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.sessions) == 0 {
		b.sessions = append(b.sessions, firstSession())
	}
	for b.sessions[len(b.sessions)-1].day.Before(last) {
		b.sessions = append(b.sessions, b.sessions[len(b.sessions)-1].next(len(b.sessions)))
	}
	for i := len(b.sessions) - 1; i > 0; i-- {
		if !b.sessions[i].day.After(last) {
			return b.sessions[i]
		}
	}
	return b.sessions[0]
}

func firstSession() session {
	s := session{day: walkStart}
	for _, c := range currencies {
		s.prices = append(s.prices, c.level)
	}
	return s
}

// next is the session after s. The dollar walks; every other price walks with
// it and by itself, and all are drawn back to their level, so that rates of
// any year look like rates of this one.
func (s session) next(number int) session {
	day := s.day.AddDate(0, 0, 1)
	for !working(day) {
		day = day.AddDate(0, 0, 1)
	}
	out := session{day: day, prices: make([]money, len(s.prices))}
	dollar := shock("USD", number) * 5 / 10
	for i, c := range currencies {
		price := int64(s.prices[i])
		ppm := dollar
		if c.code != "USD" {
			ppm += shock(c.code, number) * c.wobble / 10
		}
		// The shock is in millionths; the pull closes 1/150 of the gap to the level each session.
		price += price / 1000 * ppm / 1000
		price += (int64(c.level) - price) / 150
		out.prices[i] = money(price)
	}
	return out
}

// shock is the chance of one currency in one session, in millionths: near a
// bell curve of ±1.2 %, from a hash of the two.
func shock(code string, number int) int64 {
	h := uint64(14695981039346656037)
	for _, c := range []byte(code + strconv.Itoa(number)) {
		h = (h ^ uint64(c)) * 1099511628211
	}
	// FNV alone leaves neighbours alike in the high bits; this is the finalizer of splitmix64.
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	h ^= h >> 31
	var sum int64
	for range 4 {
		sum += int64(h&0xffff) % 6001
		h >>= 16
	}
	return sum - 12000
}

// holidays are the days off of fixed date. Days that move, by decree or by
// the moon, are left out: a list carried forward too rarely is no harm here.
var holidays = map[string]bool{
	"01-01": true, "01-02": true, "01-07": true, "03-08": true, "03-21": true, "03-22": true, "03-23": true,
	"05-01": true, "05-07": true, "05-09": true, "07-06": true, "10-25": true, "12-16": true,
}

func working(day time.Time) bool {
	wd := day.Weekday()
	return wd != time.Saturday && wd != time.Sunday && !holidays[day.Format("01-02")]
}

// published says whether the list for a day is out: today's and older ones
// within the history, and tomorrow's from 16:00 in Almaty.
func (b *bank) published(day time.Time) bool {
	now := b.now().In(almaty)
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	if day.Before(today.AddDate(0, 0, -historyDays)) || day.Before(walkStart.AddDate(0, 0, 2)) {
		return false
	}
	return !day.After(today) || (day.Equal(today.AddDate(0, 0, 1)) && now.Hour() >= publishHour)
}

const firewallPage = `<!DOCTYPE html>
<html><head><title>%[1]s</title><meta name="robots" content="noindex"></head>
<body><h1>%[1]s</h1><p>%[2]s</p><p>ID: 7f3a90c1e2</p></body></html>
`

// ServeHTTP answers ?fdate=DD.MM.YYYY[&switch=kazakh]; without a date it means today.
func (b *bank) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	mode := b.getMode()
	w.Header().Set("Cache-Control", "no-store, no-cache, must-revalidate")
	switch mode {
	case RatesDown:
		w.Header().Set("Content-Type", "text/html; charset=UTF-8")
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprintf(w, firewallPage, "503 Service Unavailable", "Сервис временно недоступен. Ведутся технические работы.")
		return
	case RatesHTML:
		w.Header().Set("Content-Type", "text/html; charset=UTF-8")
		fmt.Fprintf(w, firewallPage, "Проверка браузера", "Пожалуйста, подождите: мы проверяем ваш браузер.")
		return
	}
	text := r.URL.Query().Get("fdate")
	day, err := time.Parse("02.01.2006", text)
	if err != nil {
		now := b.now().In(almaty)
		day = time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	}
	var lines []quoted
	if mode != RatesEmpty && b.published(day) {
		lines = b.list(day)
	}
	w.Header().Set("Content-Type", "text/xml; charset=UTF-8")
	body := ratesXML(day, lines, strings.HasPrefix(r.URL.Query().Get("switch"), "kaz"), mode == RatesZeros)
	if _, err := w.Write(body); err != nil {
		return // the reader has gone
	}
}

// ratesXML is a list in the bank's own form, uneven indentation included.
func ratesXML(day time.Time, lines []quoted, kazakh, zeros bool) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rates>\n    <generator>Alternate RSS Builder</generator>\n    <title>Official exchange rates of National Bank of Republic Kazakhstan</title>\n    <link>www.nationalbank.kz</link>\n    <description>Official exchange rates of National Bank of Republic Kazakhstan</description>\n    <copyright>www.nationalbank.kz</copyright>\n    <date>%s</date>\n\n    ", day.Format("02.01.2006"))
	for _, q := range lines {
		name, value, change, index := q.ru, trimmed(q.value), signed(q.change), q.index
		if kazakh {
			name = q.kk
		}
		if zeros {
			value, change, index = "0.0", "0.00", ""
		}
		fmt.Fprintf(&b, "                    <item>\n            <fullname>%s</fullname>\n            <title>%s</title>\n            <description>%s</description>\n            <quant>%d</quant>\n            <index>%s</index>\n            <change>%s</change>\n            </item>\n",
			name, q.code, value, q.quant, index, change)
	}
	b.WriteString("            </rates>\n")
	return b.Bytes()
}

// fixed is hundredths as a decimal with two places.
func fixed(hundredths int64) string {
	sign := ""
	if hundredths < 0 {
		sign, hundredths = "-", -hundredths
	}
	return fmt.Sprintf("%s%d.%02d", sign, hundredths/100, hundredths%100)
}

// trimmed is a value as the bank writes it: "478.77", "8.7", "68".
func trimmed(hundredths int64) string {
	return strings.TrimSuffix(strings.TrimRight(fixed(hundredths), "0"), ".")
}

// signed is a change as the bank writes it: "+2.44", "-2.77", "0.00".
func signed(hundredths int64) string {
	if hundredths > 0 {
		return "+" + fixed(hundredths)
	}
	return fixed(hundredths)
}
