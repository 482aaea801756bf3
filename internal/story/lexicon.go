package story

import (
	_ "embed" // the lexicon
	"strings"
	"sync"
	"unicode/utf8"
)

//go:embed lexicon.txt
var lexiconText string

// entry is what the lexicon knows a word for.
type entry struct {
	kind, name string
	whole      bool // the word has to end where it ends
}

// lexicon are the entries of each language by the beginnings of their words.
var lexicon = sync.OnceValue(func() map[string]map[string]entry {
	all := map[string]map[string]entry{"kk": {}, "ru": {}, "en": {}}
	for line := range strings.Lines(lexiconText) {
		head, rest, _ := strings.Cut(line, "|")
		names := strings.Fields(head)
		if strings.HasPrefix(line, "#") || len(names) == 0 {
			continue
		}
		kind, name := names[0], strings.Join(names[1:], "")
		for i, column := range strings.Split(rest, "|") {
			of := all[[]string{"kk", "ru", "en"}[i]]
			for w := range strings.FieldsSeq(column) {
				w, whole := strings.CutSuffix(w, "=")
				w = strings.ToLower(w)
				if _, known := of[w]; !known {
					of[w] = entry{kind, name, whole || kind == "none"}
				}
			}
		}
	}
	return all
})

const (
	leastBeginning = 2 // letters of a beginning
	mostEnding     = 7 // letters of an ending that a known beginning may have
)

// known is what the lexicon has a folded word for.
func known(w, language string) (entry, bool) {
	of := lexicon()[language]
	if e, ok := of[w]; ok {
		return e, true
	}
	runes := utf8.RuneCountInString(w)
	for cut, n := len(w), 1; n <= mostEnding && runes-n >= leastBeginning; n++ {
		_, size := utf8.DecodeLastRuneInString(w[:cut])
		cut -= size
		if e, ok := of[w[:cut]]; ok && !e.whole {
			return e, true
		}
	}
	return entry{}, false
}
