package bot

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"newsbot/internal/story"
)

// spelling knows the words of the newest titles, to tell what a slip was meant to be.
type spelling struct {
	mu    sync.Mutex
	read  time.Time
	words map[string]int // how often each stands in a title
}

const (
	titlesRead    = 5000
	mostSpellings = 2 // for one word
	// spellingTrust is how long the words of the titles are believed to be those of now.
	spellingTrust = 10 * time.Minute
)

// spell lists words of the news that somebody may have meant by one that the news
// has not: one slip away, two for a long word, or typed with the keyboard left in English.
func (b *Bot) spell(ctx context.Context, now time.Time, word string) ([]string, error) {
	word = strings.ReplaceAll(strings.ToLower(word), "ё", "е")
	if strings.ContainsAny(word, " ") {
		return nil, nil
	}
	known, err := b.titleWords(ctx, now)
	if err != nil {
		return nil, err
	}
	length := len([]rune(word))
	slips := min(length/4, 2)
	type candidate struct {
		word        string
		slips, seen int
	}
	var found []candidate
	if typed := russianKeys(word); known[typed] > 0 {
		found = append(found, candidate{word: typed, seen: known[typed]})
	}
	for w, seen := range known {
		if d := len([]rune(w)) - length; slips == 0 || d > slips || -d > slips {
			continue
		}
		if n := distance([]rune(word), []rune(w)); n <= slips {
			found = append(found, candidate{w, n, seen})
		}
	}
	slices.SortFunc(found, func(x, y candidate) int {
		return cmp.Or(x.slips-y.slips, y.seen-x.seen, cmp.Compare(x.word, y.word))
	})
	var out []string
	for _, c := range found[:min(len(found), mostSpellings)] {
		out = append(out, c.word)
	}
	return out, nil
}

func (b *Bot) titleWords(ctx context.Context, now time.Time) (map[string]int, error) {
	s := &b.spelling
	s.mu.Lock()
	defer s.mu.Unlock()
	if age := now.Sub(s.read); s.words != nil && age >= 0 && age < spellingTrust {
		return s.words, nil
	}
	titles, err := b.o.Store.RecentTitles(ctx, titlesRead)
	if err != nil {
		return nil, err
	}
	s.read, s.words = now, map[string]int{}
	for _, t := range titles {
		for _, w := range story.Words(t) {
			s.words[w]++
		}
	}
	return s.words, nil
}

// distance counts the letters put in, left out, changed or exchanged with their neighbour.
func distance(a, b []rune) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

// russianKeys is what the keys of a word in Latin letters write on a Russian keyboard.
func russianKeys(word string) string {
	const latin, russian = "qwertyuiop[]asdfghjkl;'zxcvbnm,.", "йцукенгшщзхъфывапролджэячсмитьбю"
	keys := []rune(russian)
	return strings.Map(func(r rune) rune {
		if i := strings.IndexRune(latin, r); i >= 0 {
			return keys[i]
		}
		return r
	}, word)
}
