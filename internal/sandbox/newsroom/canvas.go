package newsroom

import (
	"image"
	"math"
	"sort"
)

// colour is a colour with opacity, each 0..1.
type colour struct{ r, g, b, a float64 }

// rgb is an opaque colour from 0xRRGGBB.
func rgb(v uint32) colour {
	return colour{float64(v>>16&255) / 255, float64(v>>8&255) / 255, float64(v&255) / 255, 1}
}

// alpha is the colour with another opacity.
func (c colour) alpha(a float64) colour { c.a = a; return c }

// mix goes from c (t=0) to d (t=1).
func (c colour) mix(d colour, t float64) colour {
	t = min(max(t, 0), 1)
	return colour{c.r + (d.r-c.r)*t, c.g + (d.g-c.g)*t, c.b + (d.b-c.b)*t, c.a + (d.a-c.a)*t}
}

// paint is the colour at a place.
type paint func(x, y float64) colour

func flat(c colour) paint { return func(_, _ float64) colour { return c } }

// vertical is a gradient from a at y0 to b at y1.
func vertical(a, b colour, y0, y1 float64) paint {
	return func(_, y float64) colour { return a.mix(b, (y-y0)/(y1-y0)) }
}

// radial is a gradient from a in the centre to b at the radius.
func radial(a, b colour, cx, cy, radius float64) paint {
	return func(x, y float64) colour {
		return a.mix(b, math.Hypot(x-cx, y-cy)/radius)
	}
}

// pt is a place on a canvas, in pixels.
type pt struct{ x, y float64 }

// canvas is a picture being painted, with smooth edges.
type canvas struct {
	img  *image.RGBA
	w, h float64
	// line and whole are the coverage of the scan line at work: the parts of
	// pixels at the ends of spans, and by how much the number of spans that
	// cover pixels wholly changes at each.
	line, whole []float64
}

func newCanvas(w, h int) *canvas {
	return &canvas{img: image.NewRGBA(image.Rect(0, 0, w, h)), w: float64(w), h: float64(h), line: make([]float64, w+2), whole: make([]float64, w+2)}
}

// subLines is how many lines a pixel row is sampled at; along x coverage is exact.
const subLines = 5

// fill paints the inside of a closed polygon (even-odd).
func (c *canvas) fill(p paint, points ...pt) {
	if len(points) < 3 {
		return
	}
	top, bottom := points[0].y, points[0].y
	for _, q := range points {
		top, bottom = min(top, q.y), max(bottom, q.y)
	}
	y0, y1 := max(0, int(math.Floor(top))), min(int(c.h)-1, int(math.Ceil(bottom)))
	var cuts []float64
	for y := y0; y <= y1; y++ {
		clear(c.line)
		clear(c.whole)
		left, right := int(c.w), -1
		for sub := range subLines {
			sy := float64(y) + (float64(sub)+0.5)/subLines
			cuts = cuts[:0]
			for i, a := range points {
				b := points[(i+1)%len(points)]
				if (a.y <= sy) != (b.y <= sy) {
					cuts = append(cuts, a.x+(sy-a.y)/(b.y-a.y)*(b.x-a.x))
				}
			}
			sort.Float64s(cuts)
			for i := 0; i+1 < len(cuts); i += 2 {
				x0, x1 := max(cuts[i], 0), min(cuts[i+1], c.w)
				if x1 <= x0 {
					continue
				}
				left, right = min(left, int(x0)), max(right, int(x1))
				c.cover(x0, x1)
			}
		}
		spans := 0.0
		for x := left; x <= right && x < int(c.w); x++ {
			spans += c.whole[x]
			if cov := min((c.line[x]+spans)/subLines, 1); cov > 0 {
				c.blend(x, y, p(float64(x)+0.5, float64(y)+0.5), cov)
			}
		}
	}
}

// cover adds the span x0..x1 to the coverage of the line.
func (c *canvas) cover(x0, x1 float64) {
	i0, i1 := int(x0), int(x1)
	if i0 == i1 {
		c.line[i0] += x1 - x0
		return
	}
	c.line[i0] += float64(i0+1) - x0
	c.whole[i0+1]++
	c.whole[i1]--
	c.line[i1] += x1 - float64(i1)
}

func (c *canvas) blend(x, y int, col colour, cov float64) {
	a := min(col.a, 1) * cov
	if a <= 0 {
		return
	}
	i := c.img.PixOffset(x, y)
	px := c.img.Pix[i : i+4 : i+4]
	px[0] = mixByte(px[0], col.r, a)
	px[1] = mixByte(px[1], col.g, a)
	px[2] = mixByte(px[2], col.b, a)
	px[3] = 255
}

// mixByte goes from old (a=0) to v (a=1); both v and a are in 0..1, so the result needs no bounds.
func mixByte(old uint8, v, a float64) uint8 {
	return uint8(float64(old)*(1-a) + v*255*a + 0.5)
}

// all paints the whole canvas.
func (c *canvas) all(p paint) { c.rect(p, 0, 0, c.w, c.h) }

func (c *canvas) rect(p paint, x, y, w, h float64) {
	c.fill(p, pt{x, y}, pt{x + w, y}, pt{x + w, y + h}, pt{x, y + h})
}

func (c *canvas) ellipse(p paint, cx, cy, rx, ry float64) {
	c.arc(p, cx, cy, rx, ry, 0, 2*math.Pi)
}

// arc fills a slice of an ellipse between two angles, closed by its chord.
func (c *canvas) arc(p paint, cx, cy, rx, ry, from, to float64) {
	const steps = 96
	points := make([]pt, 0, steps+1)
	for i := range steps + 1 {
		a := from + (to-from)*float64(i)/steps
		points = append(points, pt{cx + rx*math.Cos(a), cy + ry*math.Sin(a)})
	}
	c.fill(p, points...)
}

// ring fills the band of a circle between two radii and two angles.
func (c *canvas) ring(p paint, cx, cy, outer, inner, from, to float64) {
	const steps = 72
	var points []pt
	for i := range steps + 1 {
		a := from + (to-from)*float64(i)/steps
		points = append(points, pt{cx + outer*math.Cos(a), cy + outer*math.Sin(a)})
	}
	for i := steps; i >= 0; i-- {
		a := from + (to-from)*float64(i)/steps
		points = append(points, pt{cx + inner*math.Cos(a), cy + inner*math.Sin(a)})
	}
	c.fill(p, points...)
}

// stroke draws a line of a width with round ends.
func (c *canvas) stroke(p paint, a, b pt, width float64) {
	dx, dy := b.x-a.x, b.y-a.y
	length := math.Hypot(dx, dy)
	if length == 0 {
		return
	}
	nx, ny := -dy/length*width/2, dx/length*width/2
	angle := math.Atan2(ny, nx)
	points := make([]pt, 0, 20)
	for i := range 9 {
		t := angle + math.Pi + math.Pi*float64(i)/8
		points = append(points, pt{b.x + math.Cos(t)*width/2, b.y + math.Sin(t)*width/2})
	}
	for i := range 9 {
		t := angle + math.Pi*float64(i)/8
		points = append(points, pt{a.x + math.Cos(t)*width/2, a.y + math.Sin(t)*width/2})
	}
	c.fill(p, points...)
}

// ridge fills everything below a line of hills: base is its middle height,
// swing its height, period the width of a hill, rough how jagged it is (1..7).
func (c *canvas) ridge(p paint, d *dice, base, swing, period float64, rough int) []pt {
	const step = 4
	phase := d.float() * 1000
	seed := d.next()
	var line []pt
	for x := -step; x <= int(c.w)+step; x += step {
		y := base - (fractal(float64(x)/period+phase, seed, rough)-0.5)*2*swing
		line = append(line, pt{float64(x), y})
	}
	c.fill(p, append(append([]pt{}, line...), pt{c.w + step, c.h + step}, pt{-step, c.h + step})...)
	return line
}

// fractal is smooth noise of octaves, 0..1.
func fractal(x float64, seed uint64, octaves int) float64 {
	sum, total, amp := 0.0, 0.0, 1.0
	for i := range octaves {
		cell := math.Floor(x)
		t := x - cell
		t = t * t * (3 - 2*t)
		a, b := lattice(int64(cell), seed+uint64(i)), lattice(int64(cell)+1, seed+uint64(i))
		sum += (a + (b-a)*t) * amp
		total += amp
		amp *= 0.48
		x *= 2.1
	}
	return sum / total
}

func lattice(cell int64, seed uint64) float64 {
	d := dice(seed ^ uint64(cell)*0x9e3779b97f4a7c15)
	return d.float()
}

// dice is a small generator of chance (splitmix64): the same seed, the same picture.
type dice uint64

func (d *dice) next() uint64 {
	*d += 0x9e3779b97f4a7c15
	z := uint64(*d)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// float is chance in 0..1.
func (d *dice) float() float64 { return float64(d.next()>>11) / (1 << 53) }

// between is chance in lo..hi.
func (d *dice) between(lo, hi float64) float64 { return lo + (hi-lo)*d.float() }

// n is chance in 0..limit-1.
func (d *dice) n(limit int) int { return int(d.next() % uint64(limit)) }
