// Package locale speaks to a reader in a language: messages with plurals,
// numbers, money, dates and the names of currencies, as CLDR has them, in
// Kazakh, Russian and English.
//
// Every sentence that a person reads is a key in messages/*.yaml. The tests of
// this package hold that the languages have the same keys, placeholders and
// plural forms; a package that uses keys tests its own with Has.
package locale

import (
	"strings"
)

// Language is an interface language, as an ISO 639-1 code.
type Language string

// The languages that Newsbot speaks.
const (
	KK Language = "kk"
	RU Language = "ru"
	EN Language = "en"
)

// All returns the languages in the order in which they are offered.
func All() []Language { return []Language{KK, RU, EN} }

// Valid says whether Newsbot speaks l.
func (l Language) Valid() bool { return l == KK || l == RU || l == EN }

// Name is the language's name in itself.
func (l Language) Name() string {
	switch l {
	case KK:
		return "Қазақша"
	case RU:
		return "Русский"
	default:
		return "English"
	}
}

// Tag is the short mark that a headline in this language carries.
func (l Language) Tag() string {
	switch l {
	case KK:
		return "ҚАЗ"
	case RU:
		return "РУС"
	case EN:
		return "ENG"
	default:
		return strings.ToUpper(string(l))
	}
}

// understandRussian are the languages whose speakers are better served in
// Russian than in English when Newsbot does not speak their own.
var understandRussian = map[string]bool{"be": true, "uk": true, "ky": true, "uz": true, "tg": true, "tt": true, "ba": true, "az": true, "hy": true, "tk": true}

// Parse picks the language for an IETF tag such as a Telegram profile carries.
// People and sites write kz, the country, for Kazakh. An empty tag gives
// fallback, a language that Newsbot does not speak the nearest one it does.
func Parse(tag string, fallback Language) Language {
	base, _, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(strings.TrimSpace(tag), "_", "-")), "-")
	switch {
	case base == "":
		return fallback
	case base == "kk" || base == "kz":
		return KK
	case base == "ru" || understandRussian[base]:
		return RU
	default:
		return EN
	}
}
