// Package chart draws the history of exchange rates as a small picture for a
// chat: one rate in money, or several compared by their change in per cent.
//
// It writes no word of its own: titles, numbers and dates come from the caller,
// in the reader's language. Days without a value are left out, never drawn as
// zeros, and a long stretch without any breaks the line.
//
// Values are floats here and nowhere else: a pixel is as exact as a picture gets.
package chart

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// ErrTooLittle says that no series has two values to draw a line between.
var ErrTooLittle = errors.New("there is too little to draw")

// Point is a value on a day.
type Point struct {
	Date  time.Time // midnight UTC of the civil date
	Value float64
}

// Series is one line.
type Series struct {
	Points []Point // in order of date, a date once
	// Last is written beside the newest point, such as "478,77 ₸" or "USD +2,1 %".
	Last string
}

// Options say how a chart looks. Those without a zero value's meaning are needed.
type Options struct {
	Title string // the first line, bold
	Note  string // the second line, pale: what the numbers are; may be empty
	// From and To are the first and last day shown; a zero one is that of the points.
	From, To time.Time
	// Number writes a number of the value axis, given as "-12.50".
	Number func(decimal string) string
	// Day writes a day ("6 Apr"), Month the first of a month ("Apr"), Year the
	// first label of another year than the one before ("Jan 2026").
	Day, Month, Year func(time.Time) string
	// Zero keeps zero on the axis and draws it stronger, for changes in per cent.
	Zero bool
	Dark bool
	// Width and Height are in pixels; 0 is 1000 by 600.
	Width, Height int
}

const (
	defaultWidth, defaultHeight = 1000, 600
	minWidth, minHeight         = 400, 240
	maxSide                     = 2560
	// edge is how much of the lines' height is left free above and below them.
	edge = 0.03
	// maxSeries is as many lines as there are colours for.
	maxSeries = 3
)

// Render draws the series, the first on top, and returns a PNG.
func Render(series []Series, o Options) ([]byte, error) {
	if o.Width == 0 && o.Height == 0 {
		o.Width, o.Height = defaultWidth, defaultHeight
	}
	switch {
	case o.Width < minWidth || o.Height < minHeight || o.Width > maxSide || o.Height > maxSide:
		return nil, fmt.Errorf("draw chart: %d by %d pixels is no size for one", o.Width, o.Height)
	case len(series) > maxSeries:
		return nil, fmt.Errorf("draw chart: %d lines are too many", len(series))
	case o.Number == nil || o.Day == nil || o.Month == nil || o.Year == nil:
		return nil, errors.New("draw chart: numbers or dates cannot be written")
	}
	shown, s, err := limits(series, o)
	if err != nil {
		return nil, fmt.Errorf("draw chart: %w", err)
	}
	picture, err := newPainter(shown, o, s)
	if err != nil {
		return nil, fmt.Errorf("draw chart: %w", err)
	}
	data, err := encode(picture.paint(), picture.theme)
	if err != nil {
		return nil, fmt.Errorf("draw chart: %w", err)
	}
	return data, nil
}

// scale is what the axes show.
type scale struct {
	from, to time.Time
	low      float64
	high     float64
	ticks    []float64
	digits   int // after the point of each tick
}

// limits returns the series with the points that are shown, and the axes that hold them.
func limits(series []Series, o Options) ([]Series, scale, error) {
	var s scale
	shown := make([]Series, len(series))
	low, high, lines := math.Inf(1), math.Inf(-1), false
	for i, one := range series {
		shown[i] = Series{Last: one.Last}
		for _, p := range one.Points {
			if !o.From.IsZero() && p.Date.Before(o.From) || !o.To.IsZero() && p.Date.After(o.To) {
				continue
			}
			if math.IsNaN(p.Value) || math.IsInf(p.Value, 0) {
				return nil, scale{}, fmt.Errorf("the value of %s is no number", p.Date.Format(time.DateOnly))
			}
			if n := len(shown[i].Points); n > 0 && !p.Date.After(shown[i].Points[n-1].Date) {
				return nil, scale{}, fmt.Errorf("%s is out of order", p.Date.Format(time.DateOnly))
			}
			shown[i].Points = append(shown[i].Points, p)
			low, high = min(low, p.Value), max(high, p.Value)
			if s.from.IsZero() || p.Date.Before(s.from) {
				s.from = p.Date
			}
			if p.Date.After(s.to) {
				s.to = p.Date
			}
		}
		lines = lines || len(shown[i].Points) > 1
	}
	if !lines {
		return nil, scale{}, ErrTooLittle
	}
	if !o.From.IsZero() {
		s.from = o.From
	}
	if !o.To.IsZero() {
		s.to = o.To
	}
	// No line lies on the frame.
	room := (high - low) * edge
	low, high = low-room, high+room
	if o.Zero {
		low, high = min(low, 0), max(high, 0)
	}
	s.low, s.high, s.ticks, s.digits = valueAxis(low, high)
	return shown, s, nil
}
