package newsroom

import "math"

func railway(c *canvas, p palette, d *dice) {
	sky(c, p, d.between(0.15, 0.4), 0.36)
	clouds(c, p, d, 0.06, 0.3)
	peaks(c, p, d, c.h*0.72, c.h*0.34, false, p.far)
	hills(c, p, d, 0.68, 0.80, 2, 2, 0.05)
	// a viaduct of arches
	deck := c.h * 0.66
	stone := p.far.mix(p.near, 0.65)
	c.rect(vertical(stone.mix(p.light, 0.15), stone, deck, deck+30), 0, deck, c.w, 26)
	for x := -40.0; x < c.w; x += 150 {
		c.rect(vertical(stone.mix(p.light, 0.12), stone.mix(p.near, 0.5), deck, c.h), x, deck+20, 30, c.h)
		c.ring(flat(stone), x+90, deck+86, 76, 60, math.Pi, 2*math.Pi)
	}
	// the train
	x := c.w * 0.16
	for i := range 5 {
		w := 148.0
		body := p.accent
		if i%2 == 1 {
			body = p.accent.mix(p.near, 0.18)
		}
		c.rect(vertical(body.mix(p.light, 0.2), body, deck-62, deck-6), x, deck-62, w, 56)
		for j := range 6 {
			c.rect(flat(p.light.alpha(0.9)), x+12+float64(j)*22, deck-50, 14, 18)
		}
		c.rect(flat(p.near), x, deck-12, w, 8)
		x += w + 5
	}
	c.fill(vertical(p.accent.mix(p.light, 0.2), p.accent, deck-62, deck), pt{x, deck - 62}, pt{x + 44, deck - 58}, pt{x + 112, deck - 16}, pt{x + 112, deck - 5}, pt{x, deck - 5})
	c.fill(flat(p.light.alpha(0.9)), pt{x + 34, deck - 50}, pt{x + 52, deck - 48}, pt{x + 78, deck - 31}, pt{x + 34, deck - 31})
	hills(c, p, d, 0.92, 0.96, 1, 3, 0.05)
}

func wind(c *canvas, p palette, d *dice) {
	sky(c, p, d.between(0.2, 0.8), 0.4)
	clouds(c, p, d, 0.06, 0.4)
	hills(c, p, d, 0.66, 0.76, 2, 2, 0.06)
	mill := func(x, base, h float64) {
		col := flat(p.light.mix(p.skyLow, 0.12))
		top := base - h
		c.fill(col, pt{x - h*0.022, base}, pt{x + h*0.022, base}, pt{x + h*0.010, top}, pt{x - h*0.010, top})
		turn := d.float() * 2
		for i := range 3 {
			a := turn + float64(i)*2*math.Pi/3
			dx, dy := math.Cos(a), math.Sin(a)
			r := h * 0.52
			c.fill(col, pt{x + dy*h*0.006, top - dx*h*0.006}, pt{x + dx*r*0.28 - dy*h*0.030, top + dy*r*0.28 + dx*h*0.030}, pt{x + dx*r, top + dy*r}, pt{x + dx*r*0.2 + dy*h*0.008, top + dy*r*0.2 - dx*h*0.008})
		}
		c.ellipse(col, x, top, h*0.026, h*0.026)
	}
	for i := range 4 {
		mill(c.w*(0.14+0.24*float64(i))+d.between(-40, 40), c.h*0.74, d.between(120, 180))
	}
	hills(c, p, d, 0.82, 0.86, 2, 2, 0.04)
	mill(c.w*0.30, c.h*0.92, 400)
	mill(c.w*0.74, c.h*0.95, 330)
	hills(c, p, d, 0.95, 0.97, 1, 2, 0.03)
}

func factory(c *canvas, p palette, d *dice) {
	sky(c, p, d.between(0.6, 0.85), 0.38)
	hills(c, p, d, 0.70, 0.76, 2, 3, 0.05)
	ground := c.h * 0.84
	col := p.far.mix(p.near, 0.7)
	for i := range 3 {
		x, h := c.w*(0.16+0.15*float64(i)), d.between(280, 380)
		for k := range 11 {
			t := float64(k) / 10
			px, py, r := x+t*t*230+t*20, ground-h-14-t*110, 24+t*74
			puff := p.light.alpha(0.34 * (1 - t*0.6))
			c.ellipse(radial(puff, puff.alpha(0), px, py, r), px, py, r, r)
		}
		c.fill(vertical(col.mix(p.light, 0.15), col, ground-h, ground), pt{x - 24, ground}, pt{x + 24, ground}, pt{x + 15, ground - h}, pt{x - 15, ground - h})
		for s := range 3 {
			c.rect(flat(p.accent.alpha(0.9)), x-16, ground-h+8+float64(s)*44, 32, 18)
		}
	}
	for i := range 7 {
		x := c.w*0.06 + float64(i)*120
		c.fill(flat(col.mix(p.near, 0.5)), pt{x, ground - 110}, pt{x + 84, ground - 170}, pt{x + 84, ground - 110})
		c.rect(flat(col.mix(p.near, 0.5)), x, ground-112, 122, 112)
		windows(c, p, d, x, ground-100, 122, 90, 0.55)
	}
	x := c.w * 0.86
	var left, right []pt
	for i := range 21 {
		t := float64(i) / 20
		w := 66 + 58*math.Pow(math.Abs(t-0.32), 1.4)*2
		left = append(left, pt{x - w, ground - 290*(1-t)})
		right = append([]pt{{x + w, ground - 290*(1-t)}}, right...)
	}
	c.fill(func(px, _ float64) colour {
		return col.mix(p.light, 0.32).mix(col, (px-x+80)/160)
	}, append(left, right...)...)
	c.rect(vertical(p.near, p.near.mix(rgb(0), 0.35), ground, c.h), 0, ground-2, c.w, c.h)
}

func stadium(c *canvas, p palette, d *dice) {
	sky(c, p, 0.5, 0.30)
	for _, x := range []float64{0.10, 0.90} {
		px := c.w * x
		c.stroke(flat(p.near), pt{px, c.h * 0.62}, pt{px, c.h * 0.14}, 9)
		for i := range 12 {
			lx, ly := px-34+float64(i%4)*23, c.h*0.08+float64(i/4)*20
			c.ellipse(flat(p.light.alpha(0.10)), lx, ly, 34, 34)
			c.ellipse(flat(p.light), lx, ly, 7, 7)
		}
	}
	// stands: rows of seats around the pitch
	for i := range 15 {
		t := float64(i) / 14
		rx, ry := c.w*(0.66-t*0.14), c.h*(0.46-t*0.13)
		c.ellipse(flat(p.near.mix(p.accent, 0.14+0.3*float64(i%2)+0.1*d.float())), c.w/2, c.h*0.86, rx, ry)
	}
	grass := rgb(0x2f8a3d)
	for i := range 9 {
		t := float64(i) / 9
		col := grass
		if i%2 == 1 {
			col = rgb(0x37994a)
		}
		y0, y1 := c.h*(0.62+t*0.40), c.h*(0.62+(t+1.0/9)*0.40)
		s := func(y float64) float64 { return c.w * (0.27 + (y/c.h-0.62)*0.62) }
		c.fill(flat(col.mix(p.skyTop, 0.12)), pt{c.w/2 - s(y0), y0}, pt{c.w/2 + s(y0), y0}, pt{c.w/2 + s(y1), y1}, pt{c.w/2 - s(y1), y1})
	}
	white := flat(rgb(0xffffff).alpha(0.85))
	c.stroke(white, pt{c.w * 0.23, c.h * 0.622}, pt{c.w * 0.77, c.h * 0.622}, 4)
	c.stroke(white, pt{c.w * 0.12, c.h * 0.80}, pt{c.w * 0.88, c.h * 0.80}, 4)
	for i := range 72 {
		a, b := float64(i)*math.Pi/36, float64(i+1)*math.Pi/36
		c.stroke(white, pt{c.w/2 + 150*math.Cos(a), c.h*0.80 + 52*math.Sin(a)}, pt{c.w/2 + 150*math.Cos(b), c.h*0.80 + 52*math.Sin(b)}, 4)
	}
	bx, by := c.w*d.between(0.4, 0.6), c.h*0.84
	c.ellipse(flat(rgb(0).alpha(0.3)), bx+10, by+25, 28, 7)
	c.ellipse(radial(rgb(0xffffff), rgb(0xb9c2cc), bx-9, by-9, 46), bx, by, 27, 27)
	for i := range 5 {
		a := float64(i)*2*math.Pi/5 - math.Pi/2
		c.ellipse(flat(rgb(0x1c2430)), bx+19*math.Cos(a), by+19*math.Sin(a), 5, 5)
	}
	c.ellipse(flat(rgb(0x1c2430)), bx, by, 7, 7)
}

func network(c *canvas, p palette, d *dice) {
	c.all(vertical(p.skyTop, p.skyLow.mix(p.skyTop, 0.45), 0, c.h))
	c.ellipse(radial(p.accent.alpha(0.35), p.accent.alpha(0), c.w*0.6, c.h*0.5, c.h*0.8), c.w*0.6, c.h*0.5, c.h*0.8, c.h*0.8)
	var nodes []pt
	for gy := range 5 {
		for gx := range 9 {
			nodes = append(nodes, pt{c.w*(float64(gx)+0.5)/9 + d.between(-46, 46), c.h*(float64(gy)+0.5)/5 + d.between(-44, 44)})
		}
	}
	for i, a := range nodes {
		for _, b := range nodes[i+1:] {
			if dist := math.Hypot(a.x-b.x, a.y-b.y); dist < 205 {
				c.stroke(flat(p.glow.alpha(0.34*(1-dist/240))), a, b, 2)
			}
		}
	}
	for _, q := range nodes {
		r := d.between(3, 8)
		if d.n(6) == 0 {
			r *= 2.1
			c.ellipse(radial(p.accent.alpha(0.5), p.accent.alpha(0), q.x, q.y, r*3), q.x, q.y, r*3, r*3)
			c.ellipse(flat(p.accent), q.x, q.y, r, r)
			c.ellipse(flat(p.light), q.x, q.y, r*0.45, r*0.45)
			continue
		}
		c.ellipse(flat(p.glow.alpha(0.85)), q.x, q.y, r, r)
	}
}

func chart(c *canvas, p palette, d *dice) {
	c.all(vertical(p.skyTop, p.skyLow.mix(p.skyTop, 0.55), 0, c.h))
	for i := range 6 {
		y := c.h * (0.16 + 0.13*float64(i))
		c.rect(flat(p.glow.alpha(0.12)), c.w*0.07, y, c.w*0.86, 2)
	}
	const bars = 18
	seed := d.next()
	var line []pt
	rise := d.between(-0.1, 0.34)
	for i := range bars {
		x := c.w * (0.085 + 0.86*float64(i)/bars)
		v := 0.28 + 0.34*fractal(float64(i)*0.42, seed, 3) + rise*float64(i)/bars
		h := c.h * v * 0.72
		c.rect(vertical(p.accent.alpha(0.62), p.accent.alpha(0.12), c.h*0.81-h, c.h*0.81), x, c.h*0.81-h, c.w*0.030, h)
		line = append(line, pt{x + c.w*0.015, c.h*0.76 - h*1.08})
	}
	area := append([]pt{{line[0].x, c.h * 0.81}}, line...)
	c.fill(vertical(p.light.alpha(0.20), p.light.alpha(0), c.h*0.2, c.h*0.81), append(area, pt{line[bars-1].x, c.h * 0.81})...)
	for i := 1; i < bars; i++ {
		c.stroke(flat(p.light), line[i-1], line[i], 6)
	}
	for _, q := range line {
		c.ellipse(flat(p.skyTop), q.x, q.y, 8, 8)
		c.ellipse(flat(p.light), q.x, q.y, 5, 5)
	}
	last := line[bars-1]
	c.ellipse(radial(p.light.alpha(0.5), p.light.alpha(0), last.x, last.y, 46), last.x, last.y, 46, 46)
}

func coins(c *canvas, p palette, d *dice) {
	c.all(vertical(p.skyLow.mix(p.skyTop, 0.25), p.skyTop, 0, c.h))
	c.rect(vertical(p.near.mix(p.skyTop, 0.3), p.near, c.h*0.74, c.h), 0, c.h*0.74, c.w, c.h*0.26)
	gold, dark := p.light.mix(rgb(0xe0b048), 0.6), rgb(0x9c6b22)
	for i := range 6 {
		x := c.w * (0.14 + 0.145*float64(i))
		count := 3 + i*2 + d.n(4)
		if d.n(5) == 0 {
			count -= 3
		}
		base := c.h * 0.82
		c.ellipse(flat(rgb(0).alpha(0.28)), x+14, base+8, 84, 22)
		for k := range count {
			y := base - float64(k)*23
			ox := d.between(-6, 6)
			side := func(px, _ float64) colour { return gold.mix(dark, math.Abs((px-x-ox+24)/90)) }
			c.rect(side, x+ox-70, y-18, 140, 18)
			c.ellipse(side, x+ox, y, 70, 18)
			c.ellipse(vertical(gold.mix(rgb(0xffffff), 0.35), gold, y-36, y), x+ox, y-18, 70, 18)
			c.ellipse(flat(dark.alpha(0.30)), x+ox, y-18, 54, 12.5)
			c.ellipse(flat(gold), x+ox, y-17, 53, 12)
		}
	}
}

func port(c *canvas, p palette, d *dice) {
	sky(c, p, d.between(0.2, 0.5), 0.40)
	clouds(c, p, d, 0.06, 0.32)
	sea := c.h * 0.66
	c.rect(vertical(p.skyLow.mix(p.skyTop, 0.45), p.skyTop.mix(p.near, 0.4), sea, c.h), 0, sea, c.w, c.h)
	// cranes
	for _, x := range []float64{0.60, 0.76, 0.92} {
		px, col := c.w*x, flat(p.far.mix(p.near, 0.55))
		for _, s := range []float64{-42, 42} {
			c.stroke(col, pt{px + s, sea + 6}, pt{px + s*0.6, sea - 190}, 9)
		}
		c.stroke(col, pt{px + 80, sea - 190}, pt{px - 190, sea - 200}, 10)
		c.stroke(col, pt{px, sea - 190}, pt{px, sea - 262}, 8)
		c.stroke(col, pt{px, sea - 260}, pt{px - 180, sea - 200}, 3)
		c.stroke(col, pt{px, sea - 260}, pt{px + 78, sea - 190}, 3)
		c.stroke(col, pt{px - 150, sea - 200}, pt{px - 150, sea - 120}, 3)
		c.rect(flat(p.accent), px-170, sea-122, 40, 24)
	}
	c.rect(flat(p.far.mix(p.near, 0.7)), c.w*0.54, sea-4, c.w*0.5, 24)
	// the ship and its containers
	x, y := c.w*0.08, c.h*0.76
	tints := []colour{p.accent, p.light.mix(p.far, 0.3), p.far.mix(p.near, 0.2), p.accent.mix(p.near, 0.4), rgb(0x3c7a9c)}
	for col := range 10 {
		for row := range 2 + d.n(3) {
			c.rect(flat(tints[d.n(len(tints))]), x+70+float64(col)*44, y-62-float64(row)*28, 41, 26)
		}
	}
	c.rect(flat(p.light), x+8, y-150, 54, 120)
	for i := range 4 {
		c.rect(flat(p.near.alpha(0.7)), x+14, y-142+float64(i)*22, 42, 8)
	}
	c.fill(vertical(p.near.mix(p.accent, 0.5), p.near, y-36, y+44), pt{x - 6, y - 36}, pt{x + 600, y - 46}, pt{x + 546, y + 44}, pt{x + 26, y + 44})
	for range 70 {
		wy := c.h * (0.68 + 0.32*d.float())
		c.ellipse(flat(p.glow.alpha(0.16)), d.between(0, c.w), wy, (wy/c.h-0.6)*220, 1.8)
	}
}
