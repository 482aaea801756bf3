package chart

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
)

// theme holds the colours of a chart.
type theme struct {
	ground, grid, zero, text, pale, onLine color.RGBA
	lines                                  [maxSeries]color.RGBA
	area                                   color.RGBA // under a line that stands alone
}

func rgb(hex uint32) color.RGBA {
	return color.RGBA{R: uint8(hex >> 16), G: uint8(hex >> 8), B: uint8(hex), A: 255}
}

func themeOf(dark bool) theme {
	if dark {
		return theme{
			ground: rgb(0x17212B), grid: rgb(0x2A3846), zero: rgb(0x5B6E80), text: rgb(0xF2F6FA), pale: rgb(0x93A6B8), onLine: rgb(0x0E151C),
			lines: [maxSeries]color.RGBA{rgb(0x62B5F6), rgb(0xF4A65A), rgb(0x7FD18C)}, area: rgb(0x1F3447),
		}
	}
	return theme{
		ground: rgb(0xFFFFFF), grid: rgb(0xE3E8EE), zero: rgb(0xA3AFBC), text: rgb(0x1C2733), pale: rgb(0x667585), onLine: rgb(0xFFFFFF),
		lines: [maxSeries]color.RGBA{rgb(0x1D6FD8), rgb(0xC8620A), rgb(0x2B8A3E)}, area: rgb(0xEAF2FC),
	}
}

// blends is how many colours stand between two that meet in a smoothed edge.
const blends = 12

// palette holds the theme's colours and what smoothing makes where they meet:
// at most 256, which is what makes the picture small.
func (t theme) palette() color.Palette {
	meet := [][2]color.RGBA{
		{t.ground, t.text}, {t.ground, t.pale}, {t.ground, t.grid}, {t.ground, t.area}, {t.ground, t.zero}, {t.area, t.grid},
	}
	for i, line := range t.lines {
		meet = append(meet, [2]color.RGBA{t.ground, line}, [2]color.RGBA{line, t.onLine})
		if i == 0 {
			meet = append(meet, [2]color.RGBA{t.area, line})
		}
	}
	known := map[color.RGBA]bool{}
	var p color.Palette
	for _, m := range meet {
		for i := range blends + 1 {
			c := mix(m[0], m[1], i, blends)
			if !known[c] {
				known[c] = true
				p = append(p, c)
			}
		}
	}
	return p
}

func mix(a, b color.RGBA, part, of int) color.RGBA {
	between := func(x, y uint8) uint8 { return uint8((int(x)*(of-part) + int(y)*part + of/2) / of) }
	return color.RGBA{R: between(a.R, b.R), G: between(a.G, b.G), B: between(a.B, b.B), A: 255}
}

// encode writes a picture as a PNG with the theme's palette.
func encode(im *image.RGBA, t theme) ([]byte, error) {
	p := t.palette()
	small := image.NewPaletted(im.Bounds(), p)
	nearest := map[color.RGBA]uint8{}
	var last color.RGBA
	var index uint8
	for i := range small.Pix {
		c := color.RGBA{R: im.Pix[4*i], G: im.Pix[4*i+1], B: im.Pix[4*i+2], A: 255}
		if c != last || i == 0 { // most pixels are as the one before
			known, ok := nearest[c]
			if !ok {
				known = uint8(p.Index(c))
				nearest[c] = known
			}
			last, index = c, known
		}
		small.Pix[i] = index
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.DefaultCompression}).Encode(&b, small); err != nil {
		return nil, fmt.Errorf("write PNG: %w", err)
	}
	return b.Bytes(), nil
}
