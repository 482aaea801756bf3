package story

// Majority is the language that at least four in five titles are in; empty when
// they are in several. declared is what their source says of itself, see Language.
func Majority(titles []string, declared string) string {
	counts := map[string]int{}
	for _, t := range titles {
		counts[Language(t, "", declared)]++
	}
	for l, n := range counts {
		if l != "" && 5*n >= 4*len(titles) {
			return l
		}
	}
	return ""
}
