package chart

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/png"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"newsbot/internal/rates/chart/charttest"
)

var update = flag.Bool("update", false, "rewrite the golden pictures")

var end = time.Date(2026, 4, 7, 0, 0, 0, 0, time.UTC)

// walk makes n days of a rate up to end that moves as rates do: not at weekends.
func walk(n int, start, swing float64, seed uint32) []Point {
	points := make([]Point, 0, n)
	v := start
	for i := range n {
		d := end.AddDate(0, 0, i-n+1)
		if w := d.Weekday(); w != time.Sunday && w != time.Monday {
			seed = seed*1664525 + 1013904223
			v += swing * (float64(seed>>8)/float64(1<<24) - 0.5)
			v += swing * 0.6 * math.Sin(float64(i)/23)
		}
		points = append(points, Point{Date: d, Value: math.Round(v*100) / 100})
	}
	return points
}

// without drops the days from a to b of a walk, counted from its end.
func without(points []Point, a, b int) []Point {
	n := len(points)
	return append(append([]Point{}, points[:n-a]...), points[n-b:]...)
}

func percent(points []Point) []Point {
	out := make([]Point, len(points))
	for i, p := range points {
		out[i] = Point{p.Date, (p.Value/points[0].Value - 1) * 100}
	}
	return out
}

func comma(s string) string { return strings.ReplaceAll(s, ".", ",") }

func options(title, note string, months [12]string) Options {
	return Options{
		Title: title, Note: note, Number: comma,
		Day:   func(d time.Time) string { return fmt.Sprintf("%d %s", d.Day(), months[d.Month()-1]) },
		Month: func(d time.Time) string { return months[d.Month()-1] },
		Year:  func(d time.Time) string { return fmt.Sprintf("%s %d", months[d.Month()-1], d.Year()) },
	}
}

var (
	kk = [12]string{"қаң.", "ақп.", "нау.", "сәу.", "мам.", "мау.", "шіл.", "там.", "қыр.", "қаз.", "қар.", "жел."}
	ru = [12]string{"янв.", "февр.", "март", "апр.", "май", "июнь", "июль", "авг.", "сент.", "окт.", "нояб.", "дек."}
	en = [12]string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}
)

func dark(o Options) Options { o.Dark = true; return o }

func compared(o Options) Options {
	o.Zero = true
	o.Number = func(s string) string { return s + "%" }
	return o
}

type picture struct {
	series []Series
	o      Options
}

// marked is a line with its newest value beside it.
func marked(points []Point, format string, places int) Series {
	v := strconv.FormatFloat(points[len(points)-1].Value, 'f', places, 64)
	return Series{points, strings.ReplaceAll(format, "#", v)}
}

func pictures() map[string]picture {
	return map[string]picture{
		"year_light_kk": {[]Series{marked(walk(365, 512, 2.2, 7), "# ₸", 2)}, options("АҚШ доллары · 365 күн", "1 USD үшін, теңгемен (₸) · әғқңөұүһі", kk)},
		"quarter_dark_ru": {[]Series{marked(walk(90, 5.61, 0.03, 3), "# ₸", 2)},
			dark(options("Российский рубль · 90 дней", "тенге (₸) за 1 RUB · официальный курс", ru))},
		"month_light_ru": {[]Series{marked(walk(30, 68, 0.4, 11), "# ₸", 2)}, options("Китайский юань · 30 дней", "тенге (₸) за 1 CNY", ru)},
		"week_light_en":  {[]Series{marked(walk(8, 34, 0.5, 5), "₸#", 2)}, options("South Korean won · 30 days", "tenge (₸) for 100 KRW", en)},
		"compare_light_en": {[]Series{marked(percent(walk(365, 512, 2.2, 7)), "USD #%", 1), marked(percent(walk(365, 560, 3, 99)), "EUR #%", 1)},
			compared(options("USD and EUR · 365 days", "change since April 8, 2025, %", en))},
		"compare_dark_kk": {[]Series{marked(percent(walk(90, 512, 2, 21)), "USD #%", 1), marked(percent(walk(90, 5.6, 0.05, 4)), "RUB #%", 1)},
			dark(compared(options("USD және RUB · 90 күн", "2026 ж. 8 қаңтардан бергі өзгеріс, %", kk)))},
		"compare_close_ru": {[]Series{marked(percent(walk(30, 512, 0.3, 21)), "USD #%", 1), marked(percent(walk(30, 512, 0.3, 22)), "EUR #%", 1), marked(percent(walk(30, 512, 0.3, 23)), "RUB #%", 1)},
			compared(options("USD, EUR и RUB · 30 дней", "изменение с 9 марта 2026 г., %", ru))},
		"gap_light_ru": {[]Series{marked(without(walk(90, 512, 2, 8), 60, 30), "# ₸", 2)}, options("С пропуском · 90 дней", "тенге (₸) за 1 USD", ru)},
		"flat_light_ru": {[]Series{marked([]Point{{end.AddDate(0, 0, -9), 5.68}, {end.AddDate(0, 0, -3), 5.68}, {end, 5.68}}, "# ₸", 2)},
			options("Без движения", "", ru)},
		"small_light_ru":  {[]Series{marked(walk(30, 15.2, 0.3, 2), "# ₸", 2)}, sized(options("Дешёвая валюта", "тенге (₸) за 1000 VND", ru), 480, 300)},
		"million_dark_en": {[]Series{marked(walk(365, 1_934_000, 9000, 6), "₸#", 2)}, dark(options("Gold", "tenge (₸) for an ounce", en))},
	}
}

func sized(o Options, w, h int) Options { o.Width, o.Height = w, h; return o }

func TestPictures(t *testing.T) {
	for name, p := range pictures() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := Render(p.series, p.o)
			if err != nil {
				t.Fatal(err)
			}
			if limit := 40 << 10; len(got) > limit {
				t.Errorf("%d bytes are more than %d", len(got), limit)
			}
			path := filepath.Join("testdata", name+".png")
			if *update {
				if err := os.WriteFile(path, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := charttest.Alike(want, got); err != nil {
				t.Errorf("not as %s: %v; -update writes the picture as it is now", path, err)
			}
		})
	}
}

func apart(a, b uint32) uint32 {
	if a > b {
		return a - b
	}
	return b - a
}

func TestAlikeSeesADifference(t *testing.T) {
	p := pictures()["month_light_ru"]
	one, err := Render(p.series, p.o)
	if err != nil {
		t.Fatal(err)
	}
	moved := append([]Point{}, p.series[0].Points...)
	moved[10].Value *= 1.01
	other, err := Render([]Series{{moved, p.series[0].Last}}, p.o)
	if err != nil {
		t.Fatal(err)
	}
	if charttest.Alike(one, other) == nil {
		t.Error("a value that is one per cent off is not seen")
	}
}

func TestRefusals(t *testing.T) {
	good := walk(10, 500, 1, 1)
	o := options("x", "", en)
	for _, tt := range []struct {
		name   string
		series []Series
		o      Options
		is     error
	}{
		{"nothing", nil, o, ErrTooLittle},
		{"one day", []Series{{Points: good[:1]}}, o, ErrTooLittle},
		{"two days of two series", []Series{{Points: good[:1]}, {Points: good[1:2]}}, o, ErrTooLittle},
		{"all outside", []Series{{Points: good}}, Options{From: end.AddDate(1, 0, 0), Number: o.Number, Day: o.Day, Month: o.Month, Year: o.Year}, ErrTooLittle},
		{"out of order", []Series{{Points: []Point{good[1], good[0]}}}, o, nil},
		{"a day twice", []Series{{Points: []Point{good[0], good[0]}}}, o, nil},
		{"no number", []Series{{Points: []Point{good[0], {end, math.NaN()}}}}, o, nil},
		{"no words", []Series{{Points: good}}, Options{}, nil},
		{"too large", []Series{{Points: good}}, sized(o, 1_000_000, 1_000_000), nil},
		{"too many", make([]Series, maxSeries+1), o, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Render(tt.series, tt.o)
			if err == nil || got != nil || tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("got %d bytes, %v; want %v", len(got), err, tt.is)
			}
		})
	}
}

// Nothing is drawn where nothing is known: neither a zero nor a line across.
func TestGapIsEmpty(t *testing.T) {
	p := pictures()["gap_light_ru"]
	data, err := Render(p.series, p.o)
	if err != nil {
		t.Fatal(err)
	}
	im, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	line := themeOf(false).lines[0]
	coloured := func(x int) (n int) {
		for y := 130; y < 530; y++ {
			r, g, b, _ := im.At(x, y).RGBA()
			if apart(r, uint32(line.R)<<8|uint32(line.R))+apart(g, uint32(line.G)<<8)+apart(b, uint32(line.B)<<8) < 30<<8 {
				n++
			}
		}
		return n
	}
	// The plot is some 130 to 830 wide; days 30 to 60 of 90 have no value.
	for x := 400; x < 560; x++ {
		if n := coloured(x); n > 0 {
			t.Fatalf("%d pixels of the line at x=%d, where nothing is known", n, x)
		}
	}
	if coloured(200) == 0 || coloured(750) == 0 {
		t.Error("no line where values are known")
	}
}

func TestValueAxis(t *testing.T) {
	for _, tt := range []struct {
		low, high float64
		want      string
	}{
		{470.1, 501.2, "470 480 490 500 510"},
		{5.61, 5.72, "5.60 5.62 5.64 5.66 5.68 5.70 5.72"},
		{0, 1, "0.0 0.2 0.4 0.6 0.8 1.0"},
		{-3.4, 4.9, "-4 -2 0 2 4 6"},
		{-0.12, 0.37, "-0.2 -0.1 0.0 0.1 0.2 0.3 0.4"},
		{1_900_000, 2_100_000, "1900000 1950000 2000000 2050000 2100000"},
		{5.68, 5.68, "5.62 5.64 5.66 5.68 5.70 5.72 5.74"},
		{0, 0, "-1.0 -0.5 0.0 0.5 1.0"},
		{0.01489, 0.01522, "0.0148 0.0149 0.0150 0.0151 0.0152 0.0153"},
	} {
		bottom, top, ticks, digits := valueAxis(tt.low, tt.high)
		var words []string
		for _, v := range ticks {
			words = append(words, fmt.Sprintf("%.*f", digits, v))
		}
		if got := strings.Join(words, " "); got != tt.want {
			t.Errorf("%v to %v: got %s, want %s", tt.low, tt.high, got, tt.want)
		}
		if bottom > tt.low || top < tt.high {
			t.Errorf("%v to %v do not fit between %v and %v", tt.low, tt.high, bottom, top)
		}
	}
}

func TestDateAxis(t *testing.T) {
	every := func([]tick) bool { return true }
	even := func(ticks []tick) bool { return ticks[0].date.Day() != 15 } // as where the 1st and 15th come too close
	for _, tt := range []struct {
		days int
		fit  func([]tick) bool
		want string
	}{
		{5, every, "2026-04-03 2026-04-04 2026-04-05 2026-04-06 2026-04-07"},
		{12, every, "2026-03-28 2026-03-30 2026-04-01 2026-04-03 2026-04-05 2026-04-07"},
		{30, every, "2026-03-09 2026-03-16 2026-03-23 2026-03-30 2026-04-06"},
		{90, every, "2026-01-15 2026-02-01 2026-02-15 2026-03-01 2026-03-15 2026-04-01"},
		{90, even, "2026-01-12 2026-01-26 2026-02-09 2026-02-23 2026-03-09 2026-03-23 2026-04-06"},
		{365, every, "2025-05-01y 2025-07-01m 2025-09-01m 2025-11-01m 2026-01-01y 2026-03-01m"},
		{3000, every, "2018-01-20y 2026-04-07y"},
		{9000, every, "2001-08-17y 2026-04-07y"},
	} {
		var words []string
		for _, d := range dateAxis(end.AddDate(0, 0, 1-tt.days), end, tt.fit) {
			words = append(words, d.date.Format(time.DateOnly)+[]string{"", "m", "y"}[d.kind])
		}
		if got := strings.Join(words, " "); got != tt.want {
			t.Errorf("%d days: got %s, want %s", tt.days, got, tt.want)
		}
	}
}

// The palette is what keeps a picture small: it must hold whatever is drawn.
func TestPalette(t *testing.T) {
	for _, dark := range []bool{false, true} {
		p := themeOf(dark).palette()
		if len(p) > 256 {
			t.Errorf("%d colours are too many for a palette", len(p))
		}
		data, err := encode(image.NewRGBA(image.Rect(0, 0, 2, 2)), themeOf(dark))
		if err != nil || len(data) == 0 {
			t.Error(err)
		}
	}
}

// BenchmarkRender prints what a chart costs beside what it may: processor time
// of all threads, since the clock of a busy machine tells nothing.
func BenchmarkRender(b *testing.B) {
	const mostMillis, mostKB = 40.0, 40.0
	all := pictures()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		b.Run(name, func(b *testing.B) {
			var size, n int
			before := cpuTime(b)
			for b.Loop() {
				data, err := Render(all[name].series, all[name].o)
				if err != nil {
					b.Fatal(err)
				}
				size = len(data)
				n++
			}
			millis := (cpuTime(b) - before).Seconds() * 1000 / float64(n)
			kb := float64(size) / 1024
			fmt.Printf("chart %-18s %6.1f ms CPU (at most %.0f)  %5.1f KB (at most %.0f)\n", name, millis, mostMillis, kb, mostKB)
			b.ReportMetric(millis, "cpu-ms")
			b.ReportMetric(kb, "png-KB")
			if millis > mostMillis || kb > mostKB {
				b.Errorf("%s costs more than it may", name)
			}
		})
	}
}

// cpuTime is the processor time that this process has used.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
