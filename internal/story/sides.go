package story

import (
	"slices"
	"strings"
)

// sidesOf are who lost, first, and who may have won by a title, by the keys of their
// names; nil when it does not say. Russian and English name the subject first, Kazakh
// marks the object; "над", "у" and "over" stand before who lost.
func sidesOf(title []token, language string) []string {
	var names []string
	deed, object := "", -1
	for i, t := range title {
		if e, ok := known(t.word, language); ok {
			if e.kind == "deed" && strings.HasPrefix(e.name, "win") {
				if deed != "" && deed != e.name { // "after a series of defeats"
					return nil
				}
				deed = e.name
			}
			if e.kind != "place" && e.kind != "country" {
				continue
			}
		}
		key := nameKey(t.word, language)
		if !t.capital || key == "" || slices.Contains(names, key) {
			continue
		}
		if isObject(title, i, language) {
			object = len(names)
		}
		names = append(names, key)
	}
	switch {
	case deed == "" || len(names) < 2:
		return nil
	case object >= 0 && deed == "win+": // all others may be the winner
		loser := names[object]
		return append([]string{loser}, slices.Delete(names, object, object+1)...)
	case object >= 0 && len(names) == 2: // to whom the other one lost
		return []string{names[1-object], names[object]}
	case object >= 0 || len(names) > 2:
		return nil
	case deed == "win-":
		return names
	}
	return []string{names[1], names[0]}
}

// isObject says whether a name of a title is marked as the one that something is done to.
func isObject(title []token, i int, language string) bool {
	before := ""
	if i > 0 {
		before = title[i-1].word
	}
	switch language {
	case "ru":
		return before == "над" || before == "у"
	case "en":
		return before == "over"
	}
	return cutCase(title[i].word) != title[i].word && hasObjectEnding(title[i].word)
}

// reversed says whether who lost by the one has won by the other, and the other way round.
func reversed(a, b []string) bool {
	return len(a) > 1 && len(b) > 1 && slices.Contains(b[1:], a[0]) && slices.Contains(a[1:], b[0])
}

// hasObjectEnding says whether a Kazakh word ends as what something is done to, or from
// whom something is lost.
func hasObjectEnding(w string) bool {
	for _, e := range []string{"ны", "ні", "ды", "ді", "ты", "ті", "дан", "ден", "тан", "тен", "нан", "нен"} {
		if strings.HasSuffix(w, e) {
			return true
		}
	}
	return false
}
