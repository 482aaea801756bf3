// Package charttest compares pictures of charts in tests.
package charttest

import (
	"bytes"
	"fmt"
	"image/png"
)

// A pixel is of another colour when one of its parts is this far off; so many
// of a thousand may be.
const (
	shade       = 40 << 8
	ofAThousand = 1
)

// Alike compares pictures, which are PNGs, as an eye does: fonts and floating point may move an
// edge by a shade, and nothing more.
func Alike(want, got []byte) error {
	a, err := png.Decode(bytes.NewReader(want))
	if err != nil {
		return err
	}
	b, err := png.Decode(bytes.NewReader(got))
	if err != nil {
		return err
	}
	if a.Bounds() != b.Bounds() {
		return fmt.Errorf("the size is %v, not %v", b.Bounds(), a.Bounds())
	}
	off := 0
	for y := a.Bounds().Min.Y; y < a.Bounds().Max.Y; y++ {
		for x := a.Bounds().Min.X; x < a.Bounds().Max.X; x++ {
			r1, g1, b1, _ := a.At(x, y).RGBA()
			r2, g2, b2, _ := b.At(x, y).RGBA()
			if max(apart(r1, r2), apart(g1, g2), apart(b1, b2)) > shade {
				off++
			}
		}
	}
	if all := a.Bounds().Dx() * a.Bounds().Dy(); off > all*ofAThousand/1000 {
		return fmt.Errorf("%d of %d pixels are of another colour", off, all)
	}
	return nil
}

func apart(a, b uint32) uint32 {
	if a > b {
		return a - b
	}
	return b - a
}
