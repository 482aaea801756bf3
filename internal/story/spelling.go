package story

import (
	"slices"
	"strings"
	"unicode"
)

// typography are the signs that are typed in several ways, each as it is compared.
var typography = strings.NewReplacer(
	"«", `"`, "»", `"`, "“", `"`, "”", `"`, "„", `"`, "‟", `"`, "‹", "'", "›", "'", "‘", "'", "’", "'", "‚", "'", "`", "'", "´", "'", "''", `"`,
	"‐", "-", "‑", "-", "‒", "-", "–", "-", "—", "-", "―", "-", "−", "-", "…", "...", "\u00AD", "", "\u200B", "", "\u2060", "", "\uFEFF", "",
)

// Spelling is a text without what differs between two ways of typing it: white space,
// look-alike letters in a word, quotation marks and dashes. Two texts of one spelling
// say the same; it is to compare by and never to show.
func Spelling(text string) string {
	fields := strings.FieldsFunc(typography.Replace(text), unicode.IsSpace)
	for i, w := range fields {
		fields[i] = oneScript(w)
	}
	return strings.Join(fields, " ")
}

// oneScript is foldWord that keeps capitals: a word's look-alike letters as letters of
// the script that most of it is in.
func oneScript(w string) string {
	cyrillic, latin := scripts(w)
	if cyrillic == 0 || latin == 0 {
		return w
	}
	table := toCyrillic
	if latin > cyrillic {
		table = toLatin
	}
	return strings.Map(func(r rune) rune {
		if f, ok := table[r]; ok {
			return f
		}
		if f, ok := table[unicode.ToLower(r)]; ok && unicode.IsUpper(r) {
			return unicode.ToUpper(f)
		}
		return r
	}, w)
}

const (
	textOfPage   = 0.5  // of the text of one page under two addresses
	textOfOld    = 0.8  // the same, when it is listed days later
	titleIsTitle = 3    // words of a headline that names its text by itself
	titleTeaser  = 0.6  // of the words of two headlines when one has no text
	textOfTitle  = 0.15 // under one headline, within days
)

// SamePage says whether two texts are those of one page, of which one says that it has
// the other's address. An address proves nothing by itself: sites give all of their
// pages one, and others claim what is not theirs. The text has to be the same, or the
// headline where there is no other text to compare.
func SamePage(a, b Fingerprint) bool {
	late := apart(a, b) > window
	if !late && Compare(a, b) == Differ {
		return false
	}
	text := a.Text.similarity(b.Text)
	switch title := jaccardOf(a.Title, b.Title); {
	case late:
		return text >= textOfOld
	case a.Size == 0 || b.Size == 0:
		return title >= titleTeaser
	case text >= textOfPage:
		return true
	default:
		return len(a.Title) >= titleIsTitle && slices.Equal(a.Title, b.Title) && text >= textOfTitle
	}
}

func jaccardOf(a, b []string) float64 {
	share, _ := jaccard(a, b)
	return share
}
