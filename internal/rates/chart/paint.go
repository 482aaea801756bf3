package chart

import (
	"cmp"
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"
	"strconv"
	"sync"
	"time"

	"git.sr.ht/~sbinet/gg"
	"github.com/go-fonts/dejavu/dejavusans"
	"github.com/go-fonts/dejavu/dejavusansbold"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
)

// longestGap is how many days may lie between two points that a line joins:
// more than any holidays last. Over a longer stretch nothing is known.
const longestGap = 10 * 24 * time.Hour

// DejaVu Sans has what few fonts have: all Kazakh letters and the tenge sign.
var (
	plainFont = sync.OnceValues(func() (*opentype.Font, error) { return opentype.Parse(dejavusans.TTF) })
	boldFont  = sync.OnceValues(func() (*opentype.Font, error) { return opentype.Parse(dejavusansbold.TTF) })
)

// painter draws one chart. Lengths are for a picture 1000 pixels wide, times unit.
type painter struct {
	o      Options
	s      scale
	series []Series
	theme  theme
	image  *image.RGBA
	dc     *gg.Context
	unit   float64

	title, label, value font.Face

	left, right, top, bottom float64 // edges of the plot
}

func newPainter(series []Series, o Options, s scale) (*painter, error) {
	im := image.NewRGBA(image.Rect(0, 0, o.Width, o.Height))
	p := &painter{o: o, s: s, series: series, theme: themeOf(o.Dark), image: im, dc: gg.NewContextForRGBA(im), unit: float64(o.Width) / 1000}
	for _, f := range []struct {
		face *font.Face
		load func() (*opentype.Font, error)
		size float64
	}{{&p.title, boldFont, 31}, {&p.label, plainFont, 22}, {&p.value, boldFont, 23}} {
		parsed, err := f.load()
		if err != nil {
			return nil, fmt.Errorf("read font: %w", err)
		}
		// A face remembers the glyph it drew last and is not to be shared.
		if *f.face, err = opentype.NewFace(parsed, &opentype.FaceOptions{Size: f.size * p.unit, DPI: 72, Hinting: font.HintingNone}); err != nil {
			return nil, fmt.Errorf("make font face: %w", err)
		}
	}
	return p, nil
}

func (p *painter) paint() *image.RGBA {
	p.dc.SetColor(p.theme.ground)
	p.dc.Clear()
	p.layout()
	p.heading()
	if len(p.series) == 1 {
		p.area(p.series[0])
	}
	p.values()
	p.dates()
	for i, s := range slices.Backward(p.series) {
		p.line(s, p.theme.lines[i])
	}
	p.newest()
	return p.image
}

// layout finds the plot's edges from what has to be written around it.
func (p *painter) layout() {
	pad := 28 * p.unit
	p.dc.SetFontFace(p.label)
	widest := 0.0
	for _, v := range p.s.ticks {
		w, _ := p.dc.MeasureString(p.number(v))
		widest = max(widest, w)
	}
	p.left = pad + widest + 14*p.unit
	p.dc.SetFontFace(p.value)
	widest = 0
	for _, s := range p.series {
		w, _ := p.dc.MeasureString(s.Last)
		widest = max(widest, w)
	}
	p.right = float64(p.o.Width) - pad
	if widest > 0 {
		p.right -= widest + 38*p.unit
	}
	p.top = 92 * p.unit
	if p.o.Note != "" {
		p.top = 122 * p.unit
	}
	p.bottom = float64(p.o.Height) - 62*p.unit
}

func (p *painter) heading() {
	pad := 28 * p.unit
	p.write(p.title, p.theme.text, p.o.Title, pad, 50*p.unit, 0, 0)
	p.write(p.label, p.theme.pale, p.o.Note, pad, 84*p.unit, 0, 0)
}

// write draws text; ax and ay say which part of it is at x and y, 0 the left end and the base line.
func (p *painter) write(f font.Face, c color.Color, text string, x, y, ax, ay float64) {
	p.dc.SetFontFace(f)
	p.dc.SetColor(c)
	p.dc.DrawStringAnchored(text, x, y, ax, ay)
}

func (p *painter) number(v float64) string {
	if math.Abs(v) < math.Abs(p.s.high-p.s.low)*1e-9 {
		v = 0 // and not -0
	}
	return p.o.Number(strconv.FormatFloat(v, 'f', p.s.digits, 64))
}

func (p *painter) x(d time.Time) float64 {
	return p.left + (p.right-p.left)*float64(d.Sub(p.s.from))/float64(p.s.to.Sub(p.s.from))
}

func (p *painter) y(v float64) float64 {
	return p.bottom - (p.bottom-p.top)*(v-p.s.low)/(p.s.high-p.s.low)
}

// values draws the value axis: lines across and their numbers.
func (p *painter) values() {
	p.dc.SetLineWidth(max(1, 1.5*p.unit))
	for _, v := range p.s.ticks {
		y := math.Round(p.y(v)) + 0.5 // on a row of pixels, not between two
		c := p.theme.grid
		if p.o.Zero && math.Abs(v) < (p.s.high-p.s.low)*1e-9 {
			c = p.theme.zero
		}
		p.dc.SetColor(c)
		p.dc.DrawLine(p.left, y, p.right, y)
		p.dc.Stroke()
		p.write(p.label, p.theme.pale, p.number(v), p.left-14*p.unit, y, 1, 0.36)
	}
}

// dates draws the date axis with as many dates as have room.
func (p *painter) dates() {
	y := p.bottom + 34*p.unit
	p.dc.SetFontFace(p.label)
	fit := func(ticks []tick) bool {
		end := 0.0
		for _, t := range ticks {
			start, width := p.place(t)
			if end > 0 && start < end+18*p.unit {
				return false
			}
			end = start + width
		}
		return true
	}
	for _, t := range dateAxis(p.s.from, p.s.to, fit) {
		x := p.x(t.date)
		start, _ := p.place(t)
		text := p.date(t)
		p.dc.SetColor(p.theme.zero)
		p.dc.SetLineWidth(max(1, 1.5*p.unit))
		p.dc.DrawLine(x, p.bottom, x, p.bottom+6*p.unit)
		p.dc.Stroke()
		p.write(p.label, p.theme.pale, text, start, y, 0, 0)
	}
}

// place is where a date's name begins, within the picture, and how wide it is.
func (p *painter) place(t tick) (start, width float64) {
	width, _ = p.dc.MeasureString(p.date(t))
	return min(max(p.x(t.date)-width/2, 8*p.unit), float64(p.o.Width)-width-8*p.unit), width
}

func (p *painter) date(t tick) string {
	switch t.kind {
	case monthTick:
		return p.o.Month(t.date)
	case yearTick:
		return p.o.Year(t.date)
	default:
		return p.o.Day(t.date)
	}
}

// runs cuts points where nothing is known for long.
func runs(points []Point) (parts [][]Point) {
	start := 0
	for i := range points {
		if i > 0 && points[i].Date.Sub(points[i-1].Date) > longestGap {
			parts, start = append(parts, points[start:i]), i
		}
	}
	return append(parts, points[start:])
}

func (p *painter) area(s Series) {
	p.dc.SetColor(p.theme.area)
	for _, run := range runs(s.Points) {
		p.dc.MoveTo(p.x(run[0].Date), p.bottom)
		for _, pt := range run {
			p.dc.LineTo(p.x(pt.Date), p.y(pt.Value))
		}
		p.dc.LineTo(p.x(run[len(run)-1].Date), p.bottom)
		p.dc.ClosePath()
		p.dc.Fill()
	}
}

func (p *painter) line(s Series, c color.Color) {
	if len(s.Points) == 0 {
		return
	}
	p.dc.SetColor(c)
	p.dc.SetLineWidth(3.6 * p.unit)
	p.dc.SetLineJoinRound()
	p.dc.SetLineCapRound()
	for _, run := range runs(s.Points) {
		if len(run) == 1 { // a day between two gaps is a dot
			p.dc.DrawCircle(p.x(run[0].Date), p.y(run[0].Value), 3.2*p.unit)
			p.dc.Fill()
			continue
		}
		p.dc.MoveTo(p.x(run[0].Date), p.y(run[0].Value))
		for _, pt := range run[1:] {
			p.dc.LineTo(p.x(pt.Date), p.y(pt.Value))
		}
		p.dc.Stroke()
	}
}

// newest marks each line's last point and writes its value beside it; values
// that would cover each other are moved apart.
func (p *painter) newest() {
	type badge struct {
		i       int
		x, y, c float64 // the point, and the middle of the badge
	}
	var badges []badge
	height := 38 * p.unit
	for i, s := range p.series {
		if n := len(s.Points); n > 0 {
			x, y := p.x(s.Points[n-1].Date), p.y(s.Points[n-1].Value)
			badges = append(badges, badge{i, x, y, min(max(y, p.top), p.bottom)})
		}
	}
	slices.SortStableFunc(badges, func(a, b badge) int { return cmp.Compare(a.c, b.c) })
	for range badges {
		for k := 1; k < len(badges); k++ {
			if overlap := height + 4*p.unit - (badges[k].c - badges[k-1].c); overlap > 0 {
				badges[k-1].c -= overlap / 2
				badges[k].c += overlap / 2
			}
		}
	}
	for _, b := range badges {
		c := p.theme.lines[b.i]
		p.dc.SetColor(p.theme.ground)
		p.dc.DrawCircle(b.x, b.y, 9*p.unit)
		p.dc.Fill()
		p.dc.SetColor(c)
		p.dc.DrawCircle(b.x, b.y, 6.5*p.unit)
		p.dc.Fill()
		text := p.series[b.i].Last
		if text == "" {
			continue
		}
		p.dc.SetFontFace(p.value)
		w, _ := p.dc.MeasureString(text)
		x := b.x + 14*p.unit
		p.dc.SetColor(c)
		p.dc.DrawRoundedRectangle(x, b.c-height/2, w+22*p.unit, height, 9*p.unit)
		p.dc.Fill()
		p.write(p.value, p.theme.onLine, text, x+11*p.unit, b.c, 0, 0.36)
	}
}
