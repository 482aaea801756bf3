package newsroom

import "math"

func yurt(c *canvas, p palette, d *dice) {
	sky(c, p, d.between(0.2, 0.4), 0.40)
	clouds(c, p, d, 0.06, 0.34)
	peaks(c, p, d, c.h*0.72, c.h*0.30, true, p.far)
	hills(c, p, d, 0.70, 0.80, 3, 2, 0.05)
	tent := func(x, y, s float64) {
		felt, shade := p.light.mix(p.far, 0.08), p.far.mix(p.light, 0.35)
		side := func(px, _ float64) colour { return felt.mix(shade, (px-x+s)/(2*s)) }
		c.ellipse(flat(p.near.mix(rgb(0), 0.4).alpha(0.5)), x+s*0.1, y+s*0.04, s*1.12, s*0.12)
		c.rect(side, x-s*0.92, y-s*0.62, s*1.84, s*0.66)
		c.arc(side, x, y-s*0.60, s*0.98, s*0.62, math.Pi, 2*math.Pi)
		c.ellipse(flat(p.near), x, y-s*1.21, s*0.17, s*0.07)
		c.rect(flat(p.accent), x-s*0.92, y-s*0.66, s*1.84, s*0.13)
		for i := -4; i <= 4; i++ {
			rx := x + float64(i)*s*0.2
			c.fill(flat(p.light), pt{rx, y - s*0.645}, pt{rx + s*0.055, y - s*0.595}, pt{rx, y - s*0.545}, pt{rx - s*0.055, y - s*0.595})
		}
		c.rect(flat(p.accent.mix(p.near, 0.35)), x-s*0.18, y-s*0.50, s*0.36, s*0.54)
		c.rect(flat(p.light.alpha(0.8)), x-s*0.12, y-s*0.44, s*0.10, s*0.42)
		c.rect(flat(p.light.alpha(0.8)), x+s*0.03, y-s*0.44, s*0.10, s*0.42)
	}
	tent(c.w*0.24, c.h*0.80, 92)
	tent(c.w*0.82, c.h*0.81, 110)
	tent(c.w*0.55, c.h*0.90, 200)
	hills(c, p, d, 0.95, 0.97, 1, 3, 0.02)
}

// ornament is a felt carpet: ram's horns in a border and a sun in the middle.
func ornament(c *canvas, p palette, d *dice) {
	c.all(radial(p.skyLow, p.skyTop, c.w/2, c.h/2, c.w*0.62))
	cx, cy := c.w/2, c.h/2
	sun := flat(p.light)
	for i := range 32 {
		a := float64(i) * math.Pi / 16
		c.stroke(sun, pt{cx + 128*math.Cos(a), cy + 128*math.Sin(a)}, pt{cx + 182*math.Cos(a), cy + 182*math.Sin(a)}, 9)
	}
	c.ellipse(sun, cx, cy, 108, 108)
	// a pair of horns: two spirals that leave one stem
	horns := func(col paint, x, y, size, turn float64) {
		for _, side := range []float64{-1, 1} {
			var prev pt
			for i := range 56 {
				t := float64(i) / 55
				a := -math.Pi/2 + t*3.6*math.Pi/2
				r := size * (0.62 - 0.42*t)
				hx := side * (size*0.62 + r*math.Cos(a+math.Pi))
				hy := r*math.Sin(a) + size*0.1
				q := pt{x + hx*math.Cos(turn) - hy*math.Sin(turn), y + hx*math.Sin(turn) + hy*math.Cos(turn)}
				if i > 0 {
					c.stroke(col, prev, q, size*(0.26-0.12*t))
				}
				prev = q
			}
		}
		c.stroke(col, pt{x - size*0.5*math.Sin(turn)*-1, y - size*0.5*math.Cos(turn)}, pt{x - size*0.9*math.Sin(turn), y + size*0.9*math.Cos(turn)}, size*0.24)
	}
	for i := range 4 {
		horns(flat(p.skyTop), cx+44*math.Sin(float64(i)*math.Pi/2), cy-44*math.Cos(float64(i)*math.Pi/2), 38, float64(i)*math.Pi/2)
	}
	for _, s := range []float64{-1, 1} {
		horns(flat(p.accent), cx+s*330, cy, 128, s*math.Pi/2)
		horns(flat(p.light.alpha(0.85)), cx+s*500, cy-170, 58, 0)
		horns(flat(p.light.alpha(0.85)), cx+s*500, cy+170, 58, math.Pi)
	}
	for _, y := range []float64{0, c.h - 64} {
		c.rect(flat(p.near.alpha(0.75)), 0, y, c.w, 64)
		for x := 30.0; x < c.w; x += 60 {
			up := 1.0
			if int(x/60)%2 == d.n(1) {
				up = -1
			}
			c.fill(flat(p.accent), pt{x - 24, y + 32 + up*18}, pt{x + 24, y + 32 + up*18}, pt{x, y + 32 - up*18})
			c.ellipse(flat(p.light), x+30, y+32, 5, 5)
		}
	}
}

func observatory(c *canvas, p palette, d *dice) {
	c.all(vertical(p.skyTop.mix(rgb(0), 0.35), p.skyLow, 0, c.h*0.85))
	// the milky way: faint blots along a slant
	for range 130 {
		t := d.float()
		x, y := c.w*(0.1+0.9*t)+d.between(-70, 70), c.h*(0.62-0.6*t)+d.between(-80, 80)
		r := d.between(24, 90)
		c.ellipse(radial(p.glow.alpha(0.045), p.glow.alpha(0), x, y, r), x, y, r, r)
	}
	for range 420 {
		r := 0.6 + 1.7*math.Pow(d.float(), 5)
		c.ellipse(flat(p.glow.alpha(d.between(0.35, 1))), d.between(0, c.w), c.h*0.8*math.Pow(d.float(), 1.1), r, r)
	}
	hills(c, p, d, 0.78, 0.88, 3, 4, 0.07)
	dome := func(x, y, s float64) {
		wall := func(px, _ float64) colour { return p.light.mix(p.far, 0.2+0.6*(px-x+s)/(2*s)) }
		c.rect(wall, x-s*0.9, y-s*0.7, s*1.8, s*0.9)
		c.arc(wall, x, y-s*0.7, s, s, math.Pi, 2*math.Pi)
		c.fill(flat(p.skyTop.mix(rgb(0), 0.4)), pt{x + s*0.10, y - s*1.69}, pt{x + s*0.42, y - s*1.60}, pt{x + s*0.50, y - s*0.72}, pt{x + s*0.22, y - s*0.72})
		c.stroke(flat(p.accent), pt{x + s*0.30, y - s*1.05}, pt{x + s*0.62, y - s*1.82}, s*0.16)
		c.rect(flat(p.light), x-s*0.12, y-s*0.34, s*0.24, s*0.5)
	}
	dome(c.w*0.30, c.h*0.86, 104)
	dome(c.w*0.50, c.h*0.88, 62)
	hills(c, p, d, 0.94, 0.97, 2, 4, 0.03)
}

func shelves(c *canvas, p palette, d *dice) {
	c.all(vertical(p.near.mix(p.far, 0.25), p.near, 0, c.h))
	tints := []colour{p.accent, p.far, p.skyLow, p.skyTop, p.light.mix(p.accent, 0.35), p.far.mix(p.accent, 0.4), p.near.mix(p.light, 0.3)}
	for row := range 3 {
		floor := c.h * (0.315 + 0.325*float64(row))
		for x := 26.0; x < c.w-40; {
			w, h := d.between(20, 54), d.between(125, 186)
			tint := tints[d.n(len(tints))]
			if d.n(11) == 0 {
				x += d.between(40, 90) // a gap, and a book that leans on the next
				c.fill(flat(tint), pt{x - 46, floor}, pt{x - 18, floor}, pt{x + 6, floor - h + 8}, pt{x - 20, floor - h})
				x += 8
				continue
			}
			c.rect(func(px, _ float64) colour { return tint.mix(rgb(0xffffff), 0.14).mix(tint.mix(rgb(0), 0.3), (px-x)/w) }, x, floor-h, w, h)
			c.rect(flat(p.light.alpha(0.6)), x, floor-h+18, w, 4)
			c.rect(flat(p.light.alpha(0.6)), x, floor-30, w, 4)
			if w > 34 {
				c.rect(flat(p.light.alpha(0.75)), x+w*0.25, floor-h+44, w*0.5, h*0.32)
			}
			x += w + 3
		}
		c.rect(vertical(p.far.mix(rgb(0x6b4326), 0.75), rgb(0x3a2412), floor, floor+22), 0, floor, c.w, 20)
	}
	c.ellipse(radial(p.light.alpha(0.26), p.light.alpha(0), c.w*0.5, c.h*0.3, c.w*0.6), c.w*0.5, c.h*0.3, c.w*0.6, c.w*0.6)
}

func school(c *canvas, p palette, d *dice) {
	sky(c, p, d.between(0.15, 0.35), 0.24)
	clouds(c, p, d, 0.06, 0.3)
	hills(c, p, d, 0.66, 0.72, 2, 3, 0.06)
	ground := c.h * 0.84
	wall, roof := p.light.mix(p.far, 0.18), p.accent
	c.rect(vertical(wall, wall.mix(p.far, 0.4), ground-220, ground), c.w*0.16, ground-220, c.w*0.68, 220)
	c.rect(flat(roof), c.w*0.15, ground-238, c.w*0.70, 20)
	for row := range 2 {
		for i := range 14 {
			x := c.w*0.185 + float64(i)*c.w*0.0465
			if i == 6 || i == 7 {
				continue
			}
			c.rect(vertical(p.skyTop, p.skyLow, ground-200, ground-40), x, ground-196+float64(row)*96, 38, 58)
			c.rect(flat(wall), x+17, ground-196+float64(row)*96, 4, 58)
		}
	}
	cx := c.w * 0.5
	c.rect(flat(wall.mix(rgb(0xffffff), 0.3)), cx-78, ground-268, 156, 268)
	c.fill(flat(roof), pt{cx - 98, ground - 264}, pt{cx + 98, ground - 264}, pt{cx, ground - 338})
	c.ellipse(flat(p.light), cx, ground-286, 20, 20)
	c.stroke(flat(p.near), pt{cx, ground - 286}, pt{cx, ground - 300}, 3)
	c.stroke(flat(p.near), pt{cx, ground - 286}, pt{cx + 10, ground - 282}, 3)
	c.rect(flat(p.near.mix(p.accent, 0.3)), cx-40, ground-110, 80, 110)
	c.rect(flat(p.light.alpha(0.6)), cx-2, ground-110, 4, 110)
	c.rect(vertical(p.near.mix(p.far, 0.25), p.near, ground, c.h), 0, ground, c.w, c.h)
	c.fill(flat(p.light.mix(p.far, 0.4)), pt{cx - 50, ground}, pt{cx + 50, ground}, pt{cx + 210, c.h}, pt{cx - 210, c.h})
	for _, x := range []float64{0.05, 0.12, 0.88, 0.95} {
		px := c.w * x
		c.rect(flat(p.near.mix(rgb(0), 0.4)), px-5, ground-80, 10, 100)
		for k := range 6 {
			a := float64(k) * math.Pi / 3
			c.ellipse(flat(p.near.mix(p.far, 0.25+0.06*float64(k))), px+26*math.Cos(a), ground-110+24*math.Sin(a), 36, 34)
		}
	}
}
