// Package article turns a news page into an article (title, author, date,
// picture and the text as blocks) and an article's blocks into pages of Telegram HTML.
package article

import (
	"strings"
	"time"
)

// BlockKind is what a block of an article is.
type BlockKind string

// The kinds of block.
const (
	Paragraph BlockKind = "p"
	Heading   BlockKind = "h"
	ListItem  BlockKind = "li"
	Quote     BlockKind = "q"
	Image     BlockKind = "img"
	TableRow  BlockKind = "tr"
)

// Block is one piece of an article in reading order. Text is plain text, never
// markup; for an Image it is the caption and URL its address. The lead picture is
// among the blocks when something is known of what it shows; see Caption.
type Block struct {
	Kind BlockKind `json:"k"`
	Text string    `json:"t,omitempty"`
	URL  string    `json:"u,omitempty"`
}

// Article is a page as a reader wants it. Published is zero, and the strings empty, when the page does not say.
type Article struct {
	// URL is the page's address: the one that it gives as its own when that is of the
	// same site, else the one it was read at.
	URL string
	// Canonical is the address that the page gives as its own, on whichever site; a
	// claim, which others have to bear out.
	Canonical string `json:",omitempty"`
	Title     string
	Author    string
	Language  string
	Image     string
	Published time.Time
	Blocks    []Block
}

// Text joins the article's text blocks with blank lines.
func (a Article) Text() string {
	var parts []string
	for _, b := range a.Blocks {
		if b.Kind != Image && b.Text != "" {
			parts = append(parts, b.Text)
		}
	}
	return strings.Join(parts, "\n\n")
}
