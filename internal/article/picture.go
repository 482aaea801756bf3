package article

import (
	"net/url"
	"path"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// leadCaption is what a page says its lead picture shows: what stands under it, else
// what its data or its description say. It is asked before the page is pruned.
func leadCaption(doc *html.Node, base *url.URL, meta metadata) string {
	if meta.image == "" {
		return ""
	}
	described := ""
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode || n.Data != "img" && n.Data != "amp-img" || !samePicture(resolve(base, imageSource(n)), meta.image) {
			continue
		}
		if c := usable(under(n), meta); c != "" {
			return c
		}
		if described == "" {
			described = attr(n, "alt")
		}
	}
	for _, c := range []string{meta.caption, described} {
		if c = usable(c, meta); c != "" {
			return c
		}
	}
	return ""
}

// under is the text of the caption that stands with a picture.
func under(img *html.Node) string {
	for p, up := img.Parent, 0; p != nil && up < 4; p, up = p.Parent, up+1 {
		for n := range p.Descendants() {
			if n.Type == html.ElementNode && (n.Data == "figcaption" || isCaption(n)) {
				return textOf(n)
			}
		}
		if p.Data == "figure" {
			break
		}
	}
	return ""
}

// fileName is what cameras and editors call a picture, where a description should be.
var fileName = regexp.MustCompile(`(?i)^\S+\.(?:jpe?g|png|webp|gif)$|^(?:img|dsc|photo|image|фото|сурет)[\s_-]*\d*$`)

// usable is a caption that tells something: neither the title once more, nor a file's
// name, nor the text of a gallery.
func usable(caption string, meta metadata) string {
	c := clean(flat(caption))
	if n := utf8.RuneCountInString(c); n < 5 || n > 300 || fileName.MatchString(c) || strings.EqualFold(c, meta.title) || strings.HasPrefix(folded(meta.title), folded(c)) {
		return ""
	}
	return c
}

// pictureSize is how sites name the sizes of one picture: "-1200x630", "_w640", "@2x".
var pictureSize = regexp.MustCompile(`(?i)(?:[-_](?:\d{2,4}x\d{2,4}|w?\d{3,4}w?|thumb(?:nail)?|small|medium|large|big|full|scaled|orig(?:inal)?)|@\dx)$`)

// samePicture says whether two addresses are of one picture, perhaps in two sizes.
func samePicture(a, b string) bool {
	if a == b {
		return a != ""
	}
	name := func(address string) string {
		u, err := url.Parse(address)
		if err != nil {
			return ""
		}
		name := path.Base(u.Path)
		name = strings.TrimSuffix(name, path.Ext(name))
		for {
			shorter := pictureSize.ReplaceAllString(name, "")
			if shorter == name {
				return strings.ToLower(name)
			}
			name = shorter
		}
	}
	n := name(a)
	return len(n) >= 6 && n == name(b)
}

// illustrated gives blocks the caption of the lead picture: to the picture where it
// is among them, or with the picture before them.
func illustrated(blocks []Block, image, caption string) []Block {
	if image == "" || caption == "" || len(blocks) == 0 {
		return blocks
	}
	for i, b := range blocks {
		if b.Kind == Image && samePicture(b.URL, image) {
			blocks[i].Text = caption
			return blocks
		}
	}
	return append([]Block{{Kind: Image, Text: caption, URL: image}}, blocks...)
}

// Caption is what blocks say that a picture shows; empty when they do not say.
func Caption(blocks []Block, image string) string {
	for _, b := range blocks {
		if b.Kind == Image && b.Text != "" && samePicture(b.URL, image) {
			return b.Text
		}
	}
	return ""
}
