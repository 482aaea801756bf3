package feed

import (
	"net/url"
	"slices"
	"strings"

	"github.com/mmcdole/gofeed"
	ext "github.com/mmcdole/gofeed/extensions"
)

// image is an entry's picture: its own, a media or enclosure one, or the first in its text.
func (p parsing) image(raw *gofeed.Item, text string) string {
	var candidates []string
	for _, name := range []string{"content", "thumbnail"} {
		candidates = append(candidates, mediaImages(raw.Extensions["media"], name)...)
	}
	for _, e := range raw.Enclosures {
		if e != nil && (strings.HasPrefix(e.Type, "image/") || e.Type == "" && hasImageName(e.URL)) {
			candidates = append(candidates, e.URL)
		}
	}
	// The parser fills Image with the first picture of the text too, be it one that only counts readers.
	if raw.Image != nil && !strings.Contains(text, raw.Image.URL) && !strings.Contains(raw.Description, raw.Image.URL) {
		candidates = append(candidates, raw.Image.URL)
	}
	candidates = append(candidates, firstImage(text), firstImage(raw.Description))
	for _, c := range candidates {
		if image := p.resolve(c); image != "" {
			return image
		}
	}
	return ""
}

func mediaImages(media map[string][]ext.Extension, name string) []string {
	var out []string
	for _, group := range media["group"] {
		for _, e := range group.Children[name] {
			out = appendMedia(out, e, name)
		}
	}
	for _, e := range media[name] {
		out = appendMedia(out, e, name)
	}
	return out
}

func appendMedia(out []string, e ext.Extension, name string) []string {
	kind, medium, address := e.Attrs["type"], e.Attrs["medium"], e.Attrs["url"]
	if name == "thumbnail" || medium == "image" || strings.HasPrefix(kind, "image/") || kind == "" && medium == "" && hasImageName(address) {
		out = append(out, address)
	}
	for _, t := range e.Children["thumbnail"] {
		out = append(out, t.Attrs["url"])
	}
	return out
}

func hasImageName(address string) bool {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return false
	}
	path := strings.ToLower(u.Path)
	return slices.ContainsFunc([]string{".jpg", ".jpeg", ".png", ".webp", ".gif"}, func(end string) bool { return strings.HasSuffix(path, end) })
}
