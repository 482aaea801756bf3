package newsroom

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"image/jpeg"
	"net/http"
	"strings"
	"sync"
	"time"
)

// The size of every picture, in pixels, and the prefix of its address.
const (
	pictureWidth  = 1200
	pictureHeight = 675
	picturePrefix = "/img/"
)

// pictureQuality keeps the largest picture under the 120 KB that the tests hold.
const pictureQuality = 84

// picture is what a picture shows: a scene in a palette.
type picture struct{ scene, palette string }

// parsePicture reads "scene palette".
func parsePicture(spec string) (picture, error) {
	scene, pal, ok := strings.Cut(spec, " ")
	if !ok || scenes[scene] == nil {
		return picture{}, fmt.Errorf("picture %q: unknown scene", spec)
	}
	if _, ok := palettes[pal]; !ok {
		return picture{}, fmt.Errorf("picture %q: unknown palette", spec)
	}
	return picture{scene, pal}, nil
}

// palette is the light that a scene is seen in.
type palette struct {
	skyTop, skyLow, glow colour
	far, near            colour // the land, through haze and close by
	accent, light        colour // what is painted, and what shines
}

var palettes = map[string]palette{
	"dawn":   {rgb(0x4a5d9c), rgb(0xf9c9a8), rgb(0xffe9c4), rgb(0xb48fae), rgb(0x2b2f55), rgb(0xe2725b), rgb(0xffe2a8)},
	"day":    {rgb(0x3f8fd2), rgb(0xd7eefb), rgb(0xfffbe6), rgb(0x9cc3d9), rgb(0x2f6b4f), rgb(0xe8a33d), rgb(0xffffff)},
	"dusk":   {rgb(0x2a1f4f), rgb(0xf0785a), rgb(0xffc46b), rgb(0x7d4672), rgb(0x1b1430), rgb(0xf2b04a), rgb(0xffd98a)},
	"night":  {rgb(0x070d24), rgb(0x24406e), rgb(0xe6eeff), rgb(0x2a3f68), rgb(0x070c1c), rgb(0x4fb3d9), rgb(0xffd77a)},
	"spring": {rgb(0x6fb7d6), rgb(0xeaf6e6), rgb(0xfffde8), rgb(0xa8cfa6), rgb(0x3d7a3a), rgb(0xd94f4f), rgb(0xfff6d6)},
	"autumn": {rgb(0x7fa3b8), rgb(0xf6e6c8), rgb(0xfff3d0), rgb(0xc9a66b), rgb(0x6a3d1c), rgb(0xc8502a), rgb(0xfff0c0)},
	"winter": {rgb(0x7c98bd), rgb(0xeaf1f8), rgb(0xffffff), rgb(0xb7c8dc), rgb(0x3f5876), rgb(0xc9505a), rgb(0xfff2cf)},
	"sand":   {rgb(0x58a3b8), rgb(0xf7e7c6), rgb(0xfff6dd), rgb(0xd9b98a), rgb(0x8a5a2e), rgb(0x2f7f86), rgb(0xfff2cc)},
	"ink":    {rgb(0x12263f), rgb(0x2f5d7c), rgb(0xcfe8f2), rgb(0x3f6f8c), rgb(0x0c1a2c), rgb(0x35c2a5), rgb(0xf5d26b)},
	"plum":   {rgb(0x2d1b45), rgb(0x7a4a83), rgb(0xf6d4e6), rgb(0x6d4a80), rgb(0x1a1029), rgb(0xf08a5d), rgb(0xffd6a5)},
}

// render paints a picture; the same arguments give the same bytes.
func (p picture) render(seed uint64) ([]byte, error) {
	c := newCanvas(pictureWidth, pictureHeight)
	d := dice(seed)
	scenes[p.scene](c, palettes[p.palette], &d)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, c.img, &jpeg.Options{Quality: pictureQuality}); err != nil {
		return nil, fmt.Errorf("encode picture: %w", err)
	}
	return b.Bytes(), nil
}

// gallery paints pictures when they are first asked for, and keeps them.
type gallery struct {
	works map[string]func() ([]byte, error) // by name; fixed once the newsroom is built
}

func newGallery() *gallery {
	g := &gallery{works: map[string]func() ([]byte, error){}}
	g.hang("logo.jpg", picture{"ornament", "ink"})
	return g
}

func (g *gallery) hang(name string, p picture) {
	h := fnv.New64a()
	h.Write([]byte(name)) // a hash never fails to write
	g.works[name] = sync.OnceValues(func() ([]byte, error) { return p.render(h.Sum64()) })
}

// add hangs a story's pictures.
func (g *gallery) add(s *story) {
	for i, p := range s.pictures {
		g.hang(pictureName(s, i), p)
	}
}

// pictureName is the name of a story's picture in the gallery; free of what an address would escape.
func pictureName(s *story, i int) string {
	slug := strings.ReplaceAll(s.slug, "$", "")
	if i == 0 {
		return s.site.id + "/" + slug + ".jpg"
	}
	return fmt.Sprintf("%s/%s-%d.jpg", s.site.id, slug, i+1)
}

// pictureURL is the address of a story's picture.
func (f feedData) pictureURL(s *story, i int) string {
	return f.base + picturePrefix + pictureName(s, i)
}

func (n *Newsroom) servePicture(w http.ResponseWriter, r *http.Request) {
	work, ok := n.gallery.works[r.PathValue("name")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	b, err := work()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	n.reply(w, r, document{body: b, contentType: "image/jpeg", maxAge: 24 * time.Hour})
}
