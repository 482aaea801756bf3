package newsroom

import "math"

// scene paints what a picture shows.
type scene func(c *canvas, p palette, d *dice)

// scenes are all that can be painted.
var scenes = map[string]scene{
	"mountains": mountains, "steppe": steppe, "skyline": skyline, "chart": chart, "lake": lake,
	"railway": railway, "wind": wind, "factory": factory, "stadium": stadium, "network": network,
	"ornament": ornament, "yurt": yurt, "observatory": observatory, "shelves": shelves, "coins": coins,
	"port": port, "school": school, "road": road,
}

// sky fills the canvas with the palette's sky and a low sun at x (0..1 of the width).
func sky(c *canvas, p palette, x, y float64) {
	c.all(vertical(p.skyTop, p.skyLow, 0, c.h*0.78))
	cx, cy := c.w*x, c.h*y
	c.ellipse(radial(p.glow.alpha(0.75), p.glow.alpha(0), cx, cy, c.h*0.62), cx, cy, c.h*0.62, c.h*0.62)
	c.ellipse(flat(p.glow), cx, cy, c.h*0.062, c.h*0.062)
}

// clouds are a few long flat ones, each one outline so that no seam shows.
func clouds(c *canvas, p palette, d *dice, top, bottom float64) {
	for range 4 {
		x, y, w := d.between(-120, c.w-60), c.h*d.between(top, bottom), d.between(240, 520)
		h, seed := w*d.between(0.09, 0.14), d.next()
		const steps = 60
		var outline []pt
		for i := range steps + 1 {
			t := float64(i) / steps
			swell := math.Pow(math.Sin(math.Pi*t), 0.7) * (0.45 + 0.75*fractal(t*5, seed, 2))
			outline = append(outline, pt{x + w*t, y - h*swell})
		}
		for i := steps; i >= 0; i-- {
			t := float64(i) / steps
			outline = append(outline, pt{x + w*t, y + h*0.16*math.Sin(math.Pi*t)})
		}
		c.fill(vertical(p.light.mix(p.skyLow, 0.35).alpha(0.42), p.light.mix(p.skyLow, 0.6).alpha(0.06), y-h, y+h*0.16), outline...)
	}
}

// hills are layers of land from far to near, and give the colour of the nearest.
func hills(c *canvas, p palette, d *dice, from, to float64, layers, rough int, swing float64) {
	for i := range layers {
		t := 1.0 // a single layer is the nearest
		if layers > 1 {
			t = float64(i) / float64(layers-1)
		}
		col := p.far.mix(p.near, t*0.92+0.04)
		base := c.h * (from + (to-from)*t)
		c.ridge(vertical(col.mix(p.skyLow, 0.10), col, base-c.h*swing, base+c.h*0.25), d, base, c.h*swing*(1-t*0.45), c.w*d.between(0.22, 0.34), rough)
	}
}

// birds are a small flock.
func birds(c *canvas, p palette, d *dice) {
	x0, y0 := c.w*d.between(0.55, 0.8), c.h*d.between(0.14, 0.26)
	for i := range 6 {
		x, y, s := x0+float64(i%3)*46+d.between(-12, 12), y0+float64(i/3)*30+d.between(-9, 9), d.between(9, 14)
		c.stroke(flat(p.near.alpha(0.7)), pt{x - s, y - s*0.5}, pt{x, y}, 2.6)
		c.stroke(flat(p.near.alpha(0.7)), pt{x, y}, pt{x + s, y - s*0.5}, 2.6)
	}
}

// peaks is a jagged range with snow on its upper parts.
func peaks(c *canvas, p palette, d *dice, base, height float64, snow bool, col colour) {
	seed := d.next()
	type summit struct{ x, h, slope float64 }
	var summits []summit
	for x := d.between(-120, 0); x < c.w+150; x += d.between(90, 210) {
		summits = append(summits, summit{x, height * d.between(0.38, 0.92), d.between(0.75, 1.25)})
	}
	const step = 3
	line := make([]pt, 0, int(c.w)/step+3)
	for x := -step; x <= int(c.w)+step; x += step {
		fx := float64(x)
		rise := height * 0.14
		for _, m := range summits {
			rise = max(rise, m.h-m.slope*math.Abs(fx-m.x))
		}
		line = append(line, pt{fx, base - rise - height*0.16*(fractal(fx/46, seed, 4)-0.3)})
	}
	c.fill(vertical(col, col.mix(p.skyLow, 0.35), base-height, base), append(append([]pt{}, line...), pt{c.w + step, base + 4}, pt{-step, base + 4})...)
	if !snow {
		return
	}
	limit := base - height*0.62
	var crest []pt
	for i, q := range line {
		if q.y < limit {
			crest = append(crest, q)
		}
		if len(crest) > 0 && (q.y >= limit || i == len(line)-1) {
			under := append([]pt{}, crest...)
			for j := len(crest) - 1; j >= 0; j-- {
				depth := (limit - crest[j].y) * (0.3 + 0.6*fractal(crest[j].x/26, seed, 2))
				under = append(under, pt{crest[j].x + 5, crest[j].y + depth})
			}
			c.fill(flat(p.light.mix(p.skyLow, 0.12).alpha(0.92)), under...)
			crest = crest[:0]
		}
	}
}

func mountains(c *canvas, p palette, d *dice) {
	sky(c, p, d.between(0.2, 0.8), 0.28)
	clouds(c, p, d, 0.08, 0.32)
	peaks(c, p, d, c.h*0.74, c.h*0.46, true, p.far.mix(p.skyTop, 0.35))
	peaks(c, p, d, c.h*0.84, c.h*0.40, true, p.far.mix(p.near, 0.4))
	hills(c, p, d, 0.76, 0.94, 3, 3, 0.07)
	firs(c, p, d)
}

// firs are a row of trees along the lower edge.
func firs(c *canvas, p palette, d *dice) {
	for x := -10.0; x < c.w; x += d.between(16, 46) {
		h, y := d.between(34, 92), c.h+6
		col := flat(p.near.mix(rgb(0x000000), 0.25))
		for i := range 3 {
			t := float64(i) * 0.26
			c.fill(col, pt{x - h*(0.30-t*0.22), y - h*t}, pt{x + h*(0.30-t*0.22), y - h*t}, pt{x, y - h*(t+0.48)})
		}
	}
}

func steppe(c *canvas, p palette, d *dice) {
	sky(c, p, d.between(0.25, 0.75), 0.44)
	clouds(c, p, d, 0.06, 0.38)
	hills(c, p, d, 0.58, 0.88, 5, 2, 0.055)
	birds(c, p, d)
	// feather grass in the foreground, leaning with the wind
	for range 260 {
		x, h := d.between(-20, c.w), d.between(26, 110)
		y := c.h + d.between(0, 16)
		col := p.near.mix(p.light, d.between(0.05, 0.5)).alpha(0.75)
		c.stroke(flat(col), pt{x, y}, pt{x + h*0.16, y - h*0.6}, 2)
		c.stroke(flat(col), pt{x + h*0.16, y - h*0.6}, pt{x + h*0.42, y - h*0.94}, 2.6)
	}
}

func lake(c *canvas, p palette, d *dice) {
	sky(c, p, 0.5, 0.34)
	clouds(c, p, d, 0.06, 0.26)
	peaks(c, p, d, c.h*0.60, c.h*0.36, true, p.far)
	c.ridge(flat(p.far.mix(p.near, 0.6)), d, c.h*0.575, c.h*0.03, c.w*0.2, 4)
	// the water mirrors the sky
	c.rect(vertical(p.skyLow.mix(p.skyTop, 0.3), p.skyTop.mix(p.near, 0.35), c.h*0.6, c.h), 0, c.h*0.6, c.w, c.h*0.4)
	for range 90 {
		y := c.h * (0.61 + 0.39*math.Pow(d.float(), 1.5))
		w := (y/c.h - 0.55) * d.between(60, 420)
		x := c.w*0.5 + d.between(-1, 1)*c.w*0.55
		near := 1 - math.Min(1, math.Abs(x-c.w*0.5)/(c.w*0.3))
		c.ellipse(flat(p.glow.alpha(0.10+0.35*near)), x, y, w, 1.6+(y/c.h-0.6)*4)
	}
	// a boat
	x, y := c.w*d.between(0.25, 0.75), c.h*0.76
	c.fill(flat(p.near), pt{x - 62, y - 12}, pt{x + 62, y - 12}, pt{x + 40, y + 10}, pt{x - 44, y + 10})
	c.fill(flat(p.light), pt{x + 2, y - 118}, pt{x + 2, y - 20}, pt{x + 56, y - 20})
	c.fill(flat(p.accent), pt{x - 4, y - 100}, pt{x - 4, y - 20}, pt{x - 38, y - 20})
}

// windows lights some panes of a wall.
func windows(c *canvas, p palette, d *dice, x, y, w, h float64, share float64) {
	const pane, gapX, gapY = 7, 15, 19
	for wy := y + 12; wy < y+h-12; wy += gapY {
		for wx := x + 8; wx < x+w-10; wx += gapX {
			if d.float() < share {
				c.rect(flat(p.light.alpha(d.between(0.35, 0.9))), wx, wy, pane, pane+3)
			}
		}
	}
}

func skyline(c *canvas, p palette, d *dice) {
	sky(c, p, d.between(0.2, 0.8), 0.40)
	clouds(c, p, d, 0.05, 0.3)
	hills(c, p, d, 0.68, 0.72, 2, 3, 0.05)
	ground := c.h * 0.86
	for layer := range 3 {
		t := float64(layer) / 2
		col := p.far.mix(p.near, 0.25+t*0.6)
		for x := d.between(-60, 0); x < c.w; {
			w := d.between(58, 118)
			h := d.between(110, 330) * (1.1 - t*0.45)
			top := ground - h + t*24
			c.rect(vertical(col.mix(p.skyLow, 0.22), col, top, ground), x, top, w, c.h-top)
			switch d.n(4) {
			case 0:
				c.fill(flat(col), pt{x, top + 1}, pt{x + w, top + 1}, pt{x + w*0.5, top - w*0.5})
			case 1:
				c.stroke(flat(col), pt{x + w/2, top}, pt{x + w/2, top - 52}, 4)
			case 2:
				c.rect(flat(col), x+w*0.2, top-18, w*0.6, 19)
			}
			windows(c, p, d, x, top, w, c.h-top-60, 0.16+0.3*t)
			x += w + d.between(4, 34)
		}
		if layer == 1 {
			tower(c, p, c.w*d.between(0.36, 0.64), ground)
		}
	}
	c.rect(vertical(p.near, p.near.mix(rgb(0), 0.4), ground, c.h), 0, ground+34, c.w, c.h)
	for x := 20.0; x < c.w; x += 72 {
		c.ellipse(flat(p.light.alpha(0.75)), x, ground+48, 3.4, 3.4)
	}
}

// tower is a slender tree of steel that holds a golden ball.
func tower(c *canvas, p palette, x, ground float64) {
	col := flat(p.light.mix(p.far, 0.35))
	for i := -3; i <= 3; i++ {
		s := float64(i)
		c.stroke(col, pt{x + s*16, ground + 20}, pt{x + s*5, ground - 190}, 4)
		c.stroke(col, pt{x + s*5, ground - 190}, pt{x + s*19, ground - 330}, 4)
	}
	c.ellipse(radial(p.glow, p.accent, x-16, ground-352, 66), x, ground-330, 48, 48)
	c.stroke(flat(p.glow.alpha(0.6)), pt{x - 40, ground - 322}, pt{x + 40, ground - 322}, 3)
}

func road(c *canvas, p palette, d *dice) {
	sky(c, p, 0.5, 0.42)
	clouds(c, p, d, 0.06, 0.34)
	hills(c, p, d, 0.52, 0.60, 3, 4, 0.09)
	horizon := c.h * 0.60
	c.rect(vertical(p.far.mix(p.near, 0.4), p.near, horizon, c.h), 0, horizon, c.w, c.h)
	vx := c.w * 0.52
	c.fill(vertical(p.near.mix(p.light, 0.30), rgb(0x2b2d33), horizon, c.h), pt{vx - 9, horizon}, pt{vx + 9, horizon}, pt{c.w * 0.86, c.h}, pt{c.w * 0.14, c.h})
	for i := range 9 {
		t0 := math.Pow(float64(i)/9, 2)
		t1 := math.Pow((float64(i)+0.5)/9, 2)
		y0, y1 := horizon+(c.h-horizon)*t0, horizon+(c.h-horizon)*t1
		x0, x1 := vx+(c.w*0.5-vx)*t0, vx+(c.w*0.5-vx)*t1
		c.fill(flat(p.light.alpha(0.9)), pt{x0 - 1 - 9*t0, y0}, pt{x0 + 1 + 9*t0, y0}, pt{x1 + 1 + 9*t1, y1}, pt{x1 - 1 - 9*t1, y1})
	}
	for i := range 8 {
		t := math.Pow(float64(i+1)/8, 2)
		y, x := horizon+(c.h-horizon)*t*0.8, vx+c.w*0.46*t+26
		c.rect(flat(p.near.mix(rgb(0), 0.3)), x, y-110*t-14, 3+5*t, 110*t+14)
		c.rect(flat(p.near.mix(rgb(0), 0.3)), x-16*t, y-100*t-12, 34*t+4, 2+3*t)
	}
}
