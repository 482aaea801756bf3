package newsroom

import (
	"fmt"
	"hash/fnv"
	"html"
	"strings"
)

// postNumber is a number for a slug such as a database would have given it.
func postNumber(slug string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(slug)) // a hash never fails to write
	return 1000 + h.Sum32()%90000
}

// text is the story as plain text, blocks divided by line breaks.
func (s *story) text() string {
	var parts []string
	for _, b := range s.blocks {
		switch b.kind {
		case list:
			for _, item := range b.items {
				parts = append(parts, "— "+plain(item))
			}
		case table:
			for _, row := range b.rows {
				parts = append(parts, strings.Join(row, " — "))
			}
		case figure:
		default:
			parts = append(parts, plain(b.text))
		}
	}
	return strings.Join(parts, "\n")
}

// slugLink is the address of another story of the same site.
func (f feedData) slugLink(slug string) string { return f.home() + f.site.articlePath(slug) }

// contentHTML is the story as the HTML that a feed carries.
func (f feedData) contentHTML(s *story) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<p><img src=\"%s\" width=\"%d\" height=\"%d\" alt=\"\" class=\"wp-post-image\"/></p>\n", f.pictureURL(s, 0), pictureWidth, pictureHeight)
	for _, blk := range s.blocks {
		switch blk.kind {
		case para:
			fmt.Fprintf(&b, "<p>%s</p>\n", inline(blk.text, f.slugLink))
		case heading:
			fmt.Fprintf(&b, "<h2>%s</h2>\n", inline(blk.text, f.slugLink))
		case quote:
			fmt.Fprintf(&b, "<blockquote><p>%s</p></blockquote>\n", inline(blk.text, f.slugLink))
		case figure:
			fmt.Fprintf(&b, "<figure><img src=\"%s\" alt=\"\"/><figcaption>%s</figcaption></figure>\n", f.pictureURL(s, blk.pic), html.EscapeString(blk.text))
		case list:
			b.WriteString("<ul>\n")
			for _, item := range blk.items {
				fmt.Fprintf(&b, "<li>%s</li>\n", inline(item, f.slugLink))
			}
			b.WriteString("</ul>\n")
		case table:
			b.WriteString("<table>\n")
			for _, row := range blk.rows {
				b.WriteString("<tr>")
				for _, cell := range row {
					fmt.Fprintf(&b, "<td>%s</td>", html.EscapeString(cell))
				}
				b.WriteString("</tr>\n")
			}
			b.WriteString("</table>\n")
		}
	}
	return b.String()
}
