package story

import "strings"

// kazakhLetters are the letters of Kazakh that Russian has not.
const kazakhLetters = "әғқңөұүһі"

// leadWords is how much of a text tells its language: a sentence or two.
const leadWords = 50

var (
	russianWords = set(`и в во на с со не что как для из за от это его ее их по к о об до при под над но или после также еще
уже был была были будет будут может могут который которые которая стало стал кто где когда чтобы более менее все всех сколько
почему около между без через перед нет да он она они мы вы про`)
	kazakhWords = set(`мен бен пен бар деп болды болады болып болса еді емес ал сол осы жыл жылы жылғы туралы бойынша дейін
кейін осындай айтты алды берді берген шара барлық бірге адам ел елде елдің еліміз жаз тек тағы нақты керек арасында алдында
ма ме ба бе па пе неге кім не қалай қашан қайда сондай мектеп бала балалар халық басшысы кеше`)
	englishWords = set(`the of and to in for on with is are was were a an at by from as that it its will has have after over new says
said who what how why not more than be or this his her their`)
	latinKazakhWords = set(`men jäne jane zhane qazaqstan qazaq astanada almatyda bolyp bolady boldy üshin ushin turaly boiynsha emes
prezidenti elimiz jyl jyly jańa jaña halyq myń mıñ tenge teñge degen osy bul bir`)

	russianEndings = []string{"ого", "его", "ому", "ему", "ться", "тся", "ает", "яет", "ует", "ит", "ают", "или", "али", "ыли", "ает", "ение", "ения", "ании",
		"ение", "ости", "ость", "ая", "ые", "ие", "ий", "ый", "ой", "ых", "их", "ами", "ями", "ов", "ев", "ах", "ях", "ция", "ции", "ли", "ть"}
	kazakhEndings = []string{"лар", "лер", "дар", "дер", "тар", "тер", "дан", "ден", "тан", "тен", "ады", "йды", "атын", "етін", "нда", "нде", "шы", "да", "де",
		"лды", "рды", "тты", "сты", "нды", "ып", "луда", "алар", "елер"}
)

// Language says which language a title and its text are in: kk, ru or en. What
// the title says counts double, of the text the first words count. declared, what
// the source says of itself, decides when the words do not. The answer is declared,
// folded (kz and ru-RU are read as kk and ru) when there are no letters at all, and
// empty when nothing was declared either.
func Language(title, text, declared string) string {
	declared = primary(declared)
	lead := words(title, maxTitle)
	lead = append(lead, lead...)
	if len(text) > 4000 {
		text = text[:4000] // a character cut in half is no letter
	}
	lead = append(lead, words(text, leadWords)...)
	cyrillic, latin := 0, 0
	for _, w := range lead {
		c, l := scripts(w)
		cyrillic, latin = cyrillic+c, latin+l
	}
	switch {
	case cyrillic+latin == 0:
		return declared
	// Titles in Cyrillic are full of names in Latin, seldom the other way round.
	case cyrillic*3 >= latin:
		return cyrillicLanguage(lead, declared)
	}
	return latinLanguage(lead, declared)
}

func cyrillicLanguage(lead []string, declared string) string {
	kk, ru, weak := 0, 0, 0
	for _, w := range lead {
		if strings.ContainsAny(w, kazakhLetters) {
			kk += 2
			continue // its ending, if it has a Russian one, says that it is a name
		}
		if _, ok := russianWords[w]; ok {
			ru += 2
		} else if strings.ContainsAny(w, "щъц") || hasEnding(w, russianEndings) {
			ru++
		}
		if _, ok := kazakhWords[w]; ok {
			kk += 2
		} else if hasEnding(w, kazakhEndings) {
			weak++
		}
	}
	// One word of a title that ends like a Kazakh one proves nothing: "лидер", "мастер".
	if kk > 0 || weak > 2 {
		kk += weak
	}
	switch {
	case kk > ru:
		return "kk"
	case ru > kk:
		return "ru"
	case declared == "kk":
		return "kk"
	}
	return "ru"
}

// latinLanguage is English unless two words at least are Kazakh in Latin letters:
// one alone is a name.
func latinLanguage(lead []string, declared string) string {
	kk, en := 0, 0
	for _, w := range lead {
		_, known := latinKazakhWords[w]
		if known || strings.ContainsAny(w, "ğñşūäöüıǵńáúýóǝə") {
			kk++
		}
		if _, ok := englishWords[w]; ok {
			en++
		}
	}
	if kk >= 4 && kk > en { // title words count twice
		return "kk"
	}
	if kk >= 2 && kk > en && declared == "kk" {
		return "kk"
	}
	return "en"
}

// hasEnding asks for a stem of two letters before the ending.
func hasEnding(w string, endings []string) bool {
	for _, e := range endings {
		if len(w) >= len(e)+4 && strings.HasSuffix(w, e) {
			return true
		}
	}
	return false
}

// primary is the language of a tag, when it is one of ours. The country's code kz is read as kk.
func primary(tag string) string {
	tag = strings.ToLower(strings.TrimSpace(tag))
	if i := strings.IndexAny(tag, "-_"); i >= 0 {
		tag = tag[:i]
	}
	switch tag {
	case "kz", "kaz":
		return "kk"
	case "rus":
		return "ru"
	case "eng":
		return "en"
	case "kk", "ru", "en":
		return tag
	}
	return ""
}
