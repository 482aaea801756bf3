package rates

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// codes are the currencies of ISO 4217 that are in use, and the XDR. A code may
// be read that no bank lists: converting it then says which rate is missing.
const codes = " AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK " +
	"DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW " +
	"KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG " +
	"QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SOS SRD SSP STN SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF " +
	"XCD XDR XOF XPF YER ZAR ZMW "

// loud codes are words or beginnings of words too, so that they are codes only in capitals.
const loud = " ALL AMD ANG BAM BAND BOB COP CUP DOP ERN FOP GIP LAK MAD MOP MUR NAD PAB PEN PHP SOS STN TOP TRY "

// noun is what a currency is called. Stems are of folded words; one that ends
// in "=" is the whole word. When several currencies are called so, the first is
// meant if sure: everybody here means it unless a country is named.
type noun struct {
	stems string
	codes string
	sure  bool
}

var nouns = []noun{
	{"тенге теньге тг= тнг= кзт= tenge teng= tg= tng=", "KZT", true},
	{"доллар долар дол= долл= бакс усд= dollar dolar buck", "USD CAD AUD HKD SGD NZD", true},
	{"евро еуро эуро еврик евр= еур= euro evro", "EUR", true},
	{"рубл рубел= руб= р= рб= rubl= rubley= ruble rouble", "RUB BYN", true},
	{"юан yuan renminbi= rmb=", "CNY", true},
	{"иен йен yen= jen=", "JPY", true},
	{"крон= крона кроны= кроне= крону= кроной= кронам= кронами= кронах= krona kronor= krone= kroner= kronas kr=", "SEK NOK DKK CZK ISK", false},
	{"koruna korun= koruny= kc=", "CZK", true},
	{"фунт pound", "GBP EGP", false},
	{"стерлинг sterling= quid=", "GBP", true},
	{"франк franc", "CHF XOF XAF", false},
	{"рупи rupee", "INR PKR IDR LKR NPR", false},
	{"rupiah", "IDR", true},
	{"песо peso", "MXN ARS CLP COP PHP", false},
	{"динар dinar", "KWD RSD BHD JOD IQD", false},
	{"манат manat", "AZN TMT", false},
	{"сом som", "KGS UZS", false},
	{"сум сумм= sum= so'm= soum=", "UZS", true},
	{"сомони somoni", "TJS", true},
	{"лир lira lire=", "TRY", true},
	{"гривн гривен= грн= hryvnia hryvna uah=", "UAH", true},
	{"злот злотый zlot zloty zl=", "PLN", true},
	{"форинт forint ft=", "HUF", true},
	{"вон won=", "KRW KPW", true},
	{"ранд рэнд rand=", "ZAR", true},
	{"реал real= reais= reals=", "BRL", true},
	{"ринггит рингит ringgit", "MYR", true},
	{"бат baht", "THB", true},
	{"донг dong", "VND", true},
	{"тугрик тугриг tugrik togrog tugrug", "MNT", true},
	{"лари lari", "GEL", true},
	{"драм dram", "AMD", true},
	{"лей леи= лея= леев= лею= леях= leu= lei=", "RON MDL", false},
	{"риал риял rial riyal", "SAR IRR QAR OMR YER", false},
	{"шекел шекл= shekel sheqel", "ILS", true},
	{"дирхам dirham", "AED MAD", true},
	{"сдр= спз= sdr=", "XDR", true},
}

// faint are names of currencies that are other words, too. Where nothing else says that
// money is meant, they are that only behind an amount: 100 won, but not "i won 100".
const faint = " won real reals sum ft "

// never are those of them that are no money even there: 6 ft.
const never = " ft "

// country is what tells currencies of one name apart. A stem may be followed by
// any ending, one with "=" by none.
type country struct{ stems, codes string }

var countries = []country{
	{"казах казак qazaq kazakh", "KZT"},
	{"сша= акш= америк америкал us= usa= american= штат united= states=", "USD"},
	{"канад кан= canad", "CAD"},
	{"австрал austral aussie=", "AUD"},
	{"гонконг hong= kong= hongkong=", "HKD"},
	{"сингапур singapor", "SGD"},
	{"новозеланд zealand=", "NZD"},
	{"рф= рос= росси ресей русск russia", "RUB"},
	{"бел= беларус белорус belarus", "BYN"},
	{"китай кытай chinese= china=", "CNY"},
	{"япон жапон japan", "JPY"},
	{"швед шв= швеци swed", "SEK"},
	{"норвег норвеж norw", "NOK"},
	{"датск дат= дани= дания= дании= denmark= danish=", "DKK"},
	{"чеш чех czech", "CZK"},
	{"исланд iceland", "ISK"},
	{"британ брит= улыбритан английск англи british= britain= english= uk=", "GBP"},
	{"егип мысыр egypt", "EGP"},
	{"швейцар swiss= switzerland=", "CHF"},
	{"индий инди= индия= индии= ундист indian= india=", "INR"},
	{"индонез indones", "IDR"},
	{"пакист pakist", "PKR"},
	{"ланкий lanka= lankan=", "LKR"},
	{"непал nepal", "NPR"},
	{"мексик mexic", "MXN"},
	{"аргентин argentin", "ARS"},
	{"чили= чилийск chile", "CLP"},
	{"колумб colomb", "COP"},
	{"филиппин philippin", "PHP"},
	{"кувейт kuwait", "KWD"},
	{"серб serb", "RSD"},
	{"бахрейн bahrain", "BHD"},
	{"иордан jordan", "JOD"},
	{"ирак iraq", "IQD"},
	{"азербайдж азербайж azer", "AZN"},
	{"туркмен turkmen", "TMT"},
	{"кырг= кирг= кыргыз киргиз kyrgyz", "KGS"},
	{"узб= узбек озбек uzbek", "UZS"},
	{"таджик тажик tajik", "TJS"},
	{"тур= турец турци турки= туркия турик turk=  turkish= turkey= turkiye=", "TRY"},
	{"украин ukrain", "UAH"},
	{"польск польш полша poland= polish=", "PLN"},
	{"венгер венгри мажар hungar", "HUF"},
	{"корей коре= корея= кореи= корея корейск южнокор korea", "KRW"},
	{"северокор", "KPW"},
	{"южноафрик юар= африк африка african= africa=", "ZAR"},
	{"бразил brazil", "BRL"},
	{"малайз malays", "MYR"},
	{"тайск таиланд тайланд thai", "THB"},
	{"вьетнам vietnam", "VND"},
	{"монгол mongol", "MNT"},
	{"грузи georgia", "GEL"},
	{"армян армени armen", "AMD"},
	{"румын romania", "RON"},
	{"молдав молдов moldov", "MDL"},
	{"сауд saudi", "SAR"},
	{"иран iran", "IRR"},
	{"катар qatar", "QAR"},
	{"оман oman", "OMR"},
	{"йемен yemen", "YER"},
	{"израил israel", "ILS"},
	{"оаэ= баэ= баа= эмират бириккен uae= emirat", "AED"},
	{"марок morocc", "MAD"},
	{"стерлинг sterling=", "GBP"},
}

// signs are what stands for a currency and is no word, the longest first.
var signs = []struct {
	sign, codes string
	sure        bool
}{
	{"us$", "USD", true}, {"au$", "AUD", true}, {"ca$", "CAD", true}, {"hk$", "HKD", true}, {"nz$", "NZD", true}, {"mx$", "MXN", true},
	{"c$", "CAD", true}, {"a$", "AUD", true}, {"s$", "SGD", true}, {"r$", "BRL", true},
	{"$", "USD CAD AUD HKD SGD NZD", true}, {"＄", "USD CAD AUD HKD SGD NZD", true}, {"€", "EUR", true}, {"₸", "KZT", true}, {"₽", "RUB", true},
	{"£", "GBP", true}, {"￡", "GBP", true}, {"¥", "CNY JPY", false}, {"￥", "CNY JPY", false}, {"元", "CNY", true}, {"円", "JPY", true},
	{"₴", "UAH", true}, {"₺", "TRY", true}, {"₩", "KRW", true}, {"₹", "INR", true}, {"₾", "GEL", true}, {"₼", "AZN", true}, {"₫", "VND", true},
	{"₪", "ILS", true}, {"฿", "THB", true}, {"₮", "MNT", true}, {"֏", "AMD", true}, {"₱", "PHP", true},
}

// The other words of a question, folded.
const (
	wordsTo   = " в во на to in into "
	wordsWeak = " к ко vs against "
	wordsFrom = " за из с со for from per "
	wordsHow  = " сколько скока сколко канша неше кандай much many "
	// Of the words that say nothing here, none may turn a question into another.
	wordsIdle = " будет это а какой какая цена стоит стоят равно равен равна равны составит составляет пожалуйста пжл скажи скажите подскажи подскажите посчитай посчитайте " +
		"переведи переведите перевести перевод конвертируй конвертировать конвертация поменять обменять обмен купить курс курсу курсом курса " +
		"официальный официальному официальным сейчас сегодня если мне валюта валюте по надо нужно дадут дают получу получится выйдет " +
		"нацбанк нацбанка нацбанку нацбанке нбрк улттык банк банктин ауыстыр ауыстырыныз ауыстырып бер берши бериниз " +
		"болады болса болад турады тен айырбастау айырбаста айырбастаныз аудар аударыныз аудару багам багамы багаммен курсы курсымен ресми бугин бугинги казир " +
		"айналдыр айналдырыныз шак маган керек алам аламын ала алуга сатып есепте " +
		"convert exchange change how is are what what's s the a an please pls rate official today now equal equals worth cost costs be will get i me "
	// What a text is about that has one of these is no sum by today's rates: a
	// debt, or a rate of another day.
	wordsNever = " минус minus вчера позавчера завтра послезавтра назад кеше ертен yesterday tomorrow ago "
	// Beside a country or a currency these add nothing.
	wordsBeside = " новый новых нового жана new south юж южных оныустик онтустик солтустик арабия арабиясы арабиясынын араб аравийских аравии "
)

var (
	endingRu = regexp.MustCompile(`^(а|я|у|ю|ы|и|е|ь|й|ом|ем|ой|ою|ей|ею|ов|ев|ам|ям|ами|ями|ах|ях|ый|ого|ому|ым|ых|ые|ыми)?$`)
	// A Kazakh word is stem, plural, whose, case; the last group is the case.
	endingKk = regexp.MustCompile(`^(?:ь|а|я|й|ия)?(?:лар|лер|дар|дер|тар|тер)?(?:ымыз|имиз|ыныз|иниз|ым|им|ын|ин|сы|си|ы|и)?` +
		`(га|ге|ка|ке|на|не|ды|ди|ты|ти|ны|ни|н|да|де|та|те|нда|нде|дан|ден|тан|тен|нан|нен|ндан|нден|нын|нин|дын|дин|тын|тин|мен|бен|пен|дик|лык|тык|лик)?$`)
	endingEn = regexp.MustCompile(`^(s|es|'s|lar|ov|ey|ei|y|i|a|ga|ge|dan|den)?$`)
)

const (
	dative = " га ге ка ке на не "
	// instrumental says in what: теңгемен 100 доллар, of which only the order of words tells otherwise.
	instrumental = " мен бен пен "
	ablative     = " дан ден тан тен нан нен ндан нден "
)

// by says whether a word has the Kazakh case that says in what.
func by(tail string) bool {
	m := endingKk.FindStringSubmatch(tail)
	return m != nil && has(instrumental, m[1])
}

// ending says whether tail may follow stem, and which way it points.
func ending(stem, tail string) (ok, to, from bool) {
	if endingRu.MatchString(tail) || endingEn.MatchString(tail) {
		return true, false, false
	}
	m := endingKk.FindStringSubmatch(tail)
	if m == nil || strings.HasPrefix(tail, "к") && !strings.ContainsRune("птксфшхцчбвгд", lastOf(stem)) {
		return false, false, false // ка and ке follow only hard consonants: сумка is no som
	}
	return true, has(dative, m[1]), has(ablative, m[1])
}

func lastOf(s string) rune {
	r, _ := utf8.DecodeLastRuneInString(s)
	return r
}

// has says whether word is one of list's.
func has(list, word string) bool { return word != "" && strings.Contains(list, " "+word+" ") }

// lookalikes are the letters that look the same in both alphabets, Cyrillic first.
const lookalikes = "аaсcеeоoрpхxуyіiкkмmтtнhвbѕsјjԁd"

var (
	toLatin    = strings.NewReplacer(pairs(lookalikes, true)...)
	toCyrillic = strings.NewReplacer(pairs(lookalikes, false)...)
	// plain folds what people type differently: Kazakh letters to the nearest
	// Russian, ё, and the Latin of some names.
	plain = strings.NewReplacer("ә", "а", "ғ", "г", "қ", "к", "ң", "н", "ө", "о", "ұ", "у", "ү", "у", "һ", "х", "і", "и", "ё", "е", "ў", "у",
		"ł", "l", "č", "c", "ñ", "n", "ʻ", "'", "’", "'", "ı", "i", "ı̇", "i", "ü", "u")
)

func pairs(letters string, cyrillicFirst bool) []string {
	out := strings.Split(letters, "")
	if !cyrillicFirst {
		for i := 0; i+1 < len(out); i += 2 {
			out[i], out[i+1] = out[i+1], out[i]
		}
	}
	return out
}

// spellings are what a word may be meant as, the likeliest first: one with
// letters of two alphabets is read in either, and capitals of one that all look
// like those of the other, too.
func spellings(word string) []string {
	lower := strings.ToLower(word)
	cyrillic, latin := false, false
	for _, r := range lower {
		cyrillic = cyrillic || unicode.Is(unicode.Cyrillic, r)
		latin = latin || unicode.Is(unicode.Latin, r)
	}
	out := []string{lower}
	if cyrillic && (latin || word == strings.ToUpper(word)) {
		out = append(out, toLatin.Replace(lower))
	}
	if cyrillic && latin {
		out = append(out, toCyrillic.Replace(lower))
	}
	return out
}
