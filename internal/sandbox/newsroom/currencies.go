package newsroom

import "time"

// currency is one line of the bank's list: its names, and how its price walks.
type currency struct {
	code   string
	ru, kk string
	unit   int64 // units that level is the price of
	level  money // the price that the walk is drawn to
	wobble int64 // own movement beside the dollar's, in tenths of a full shock
	quants []quantSince
	since  time.Time // the first day the currency is in the list; zero: always
}

// quantSince is the number of units that a list quotes from a day on.
type quantSince struct {
	from  time.Time
	quant int64
}

// quantOn is the number of units that the list of a day quotes. It is not
// always the same: the rial went from 1,000 to 10,000 as it fell.
func (c *currency) quantOn(day time.Time) int64 {
	quant := c.unit
	for _, q := range c.quants {
		if !day.Before(q.from) {
			quant = q.quant
		}
	}
	return quant
}

// Days that the list changed its shape.
var (
	listGrew   = time.Date(2026, time.June, 2, 0, 0, 0, 0, time.UTC)
	rialNewFor = time.Date(2026, time.July, 15, 0, 0, 0, 0, time.UTC)
)

const tenge money = 1_000_000

// currencies are in the order of their Russian names, as in the list.
var currencies = []currency{
	{code: "AUD", ru: "АВСТРАЛИЙСКИЙ ДОЛЛАР", kk: "АВСТРАЛИЯ ДОЛЛАРЫ", unit: 1, level: 341 * tenge, wobble: 6},
	{code: "AZN", ru: "АЗЕРБАЙДЖАНСКИЙ МАНАТ", kk: "ӘЗЕРБАЙЖАН МАНАТЫ", unit: 1, level: 303 * tenge, wobble: 1},
	{code: "AMD", ru: "АРМЯНСКИЙ ДРАМ", kk: "АРМЕНИЯ ДРАМЫ", unit: 10, level: 13_450_000, wobble: 2},
	{code: "BYN", ru: "БЕЛОРУССКИЙ РУБЛЬ", kk: "БЕЛАРУСЬ РУБЛІ", unit: 1, level: 173 * tenge, wobble: 3},
	{code: "BRL", ru: "БРАЗИЛЬСКИЙ РЕАЛ", kk: "БРАЗИЛИЯ РЕАЛЫ", unit: 1, level: 94_600_000, wobble: 7},
	{code: "HUF", ru: "ВЕНГЕРСКИХ ФОРИНТОВ", kk: "ВЕНГРИЯ ФОРИНТІ", unit: 10, level: 15_370_000, wobble: 6},
	{code: "VND", ru: "ВЬЕТНАМСКИХ ДОНГОВ", kk: "ВЬЕТНАМ ДОНГЫ", unit: 1000, level: 19_620_000, wobble: 1, since: listGrew},
	{code: "HKD", ru: "ГОНКОНГСКИЙ ДОЛЛАР", kk: "ГОНКОНГ ДОЛЛАРЫ", unit: 1, level: 66_100_000, wobble: 0},
	{code: "GEL", ru: "ГРУЗИНСКИЙ ЛАРИ", kk: "ГРУЗИЯ ЛАРИІ", unit: 1, level: 190_200_000, wobble: 2},
	{code: "DKK", ru: "ДАТСКАЯ КРОНА", kk: "ДАНИЯ КРОНЫ", unit: 1, level: 80_700_000, wobble: 4},
	{code: "AED", ru: "ДИРХАМ ОАЭ", kk: "БАӘ ДИРХАМЫ", unit: 1, level: 140_300_000, wobble: 0},
	{code: "USD", ru: "ДОЛЛАР США", kk: "АҚШ ДОЛЛАРЫ", unit: 1, level: 515 * tenge},
	{code: "EUR", ru: "ЕВРО", kk: "ЕУРО", unit: 1, level: 602 * tenge, wobble: 4},
	{code: "EGP", ru: "ЕГИПЕТСКИЙ ФУНТ", kk: "МЫСЫР ФУНТЫ", unit: 1, level: 10_800_000, wobble: 3, since: listGrew},
	{code: "ILS", ru: "ИЗРАИЛЬСКИЙ ШЕКЕЛЬ", kk: "ИЗРАИЛЬ ШЕКЕЛІ", unit: 1, level: 154 * tenge, wobble: 5, since: listGrew},
	{code: "INR", ru: "ИНДИЙСКАЯ РУПИЯ", kk: "ҮНДІСТАН РУПИЯСЫ", unit: 1, level: 5_820_000, wobble: 1},
	{code: "IDR", ru: "ИНДОНЕЗИЙСКИХ РУПИЙ", kk: "ИНДОНЕЗИЯ РУПИЯСЫ", unit: 1000, level: 31_200_000, wobble: 3, since: listGrew},
	{code: "IRR", ru: "ИРАНСКИЙ РИАЛ", kk: "ИРАН РИАЛЫ", unit: 1000, level: 420_000, wobble: 5, quants: []quantSince{{rialNewFor, 10000}}},
	{code: "CAD", ru: "КАНАДСКИЙ ДОЛЛАР", kk: "КАНАДА ДОЛЛАРЫ", unit: 1, level: 371 * tenge, wobble: 4},
	{code: "QAR", ru: "КАТАРСКИЙ РИАЛ", kk: "КАТАР РИАЛЫ", unit: 1, level: 141_500_000, wobble: 0, since: listGrew},
	{code: "CNY", ru: "КИТАЙСКИЙ ЮАНЬ", kk: "ҚЫТАЙ ЮАНІ", unit: 1, level: 72_400_000, wobble: 1},
	{code: "KWD", ru: "КУВЕЙТСКИЙ ДИНАР", kk: "КУВЕЙТ ДИНАРЫ", unit: 1, level: 1680 * tenge, wobble: 1},
	{code: "KGS", ru: "КЫРГЫЗСКИЙ СОМ", kk: "ҚЫРҒЫЗ СОМЫ", unit: 1, level: 5_890_000, wobble: 1},
	{code: "MYR", ru: "МАЛАЗИЙСКИЙ РИНГГИТ", kk: "МАЛАЙЗИЯ РИНГГИТІ", unit: 1, level: 124 * tenge, wobble: 4},
	{code: "MXN", ru: "МЕКСИКАНСКИЙ ПЕСО", kk: "МЕКСИКА ПЕСОСЫ", unit: 1, level: 28_300_000, wobble: 6},
	{code: "MDL", ru: "МОЛДАВСКИЙ ЛЕЙ", kk: "МОЛДОВА ЛЕЙІ", unit: 1, level: 30_600_000, wobble: 3},
	{code: "MNT", ru: "МОНГОЛЬСКИХ ТУГРИКОВ", kk: "МОҢҒОЛИЯ ТӨГРІГІ", unit: 100, level: 14_350_000, wobble: 1, since: listGrew},
	{code: "NOK", ru: "НОРВЕЖСКАЯ КРОНА", kk: "НОРВЕГИЯ КРОНЫ", unit: 1, level: 51_400_000, wobble: 6},
	{code: "OMR", ru: "ОМАНСКИЙ РИАЛ", kk: "ОМАН РИАЛЫ", unit: 1, level: 1338 * tenge, wobble: 0, since: listGrew},
	{code: "PKR", ru: "ПАКИСТАНСКАЯ РУПИЯ", kk: "ПӘКІСТАН РУПИЯСЫ", unit: 1, level: 1_830_000, wobble: 1, since: listGrew},
	{code: "PLN", ru: "ПОЛЬСКИЙ ЗЛОТЫЙ", kk: "ПОЛЬША ЗЛОТЫЙЫ", unit: 1, level: 141_800_000, wobble: 5},
	{code: "RUB", ru: "РОССИЙСКИЙ РУБЛЬ", kk: "РЕСЕЙ РУБЛІ", unit: 1, level: 6_430_000, wobble: 8},
	{code: "RON", ru: "РУМЫНСКИЙ ЛЕЙ", kk: "РУМЫНИЯ ЛЕЙІ", unit: 1, level: 118_500_000, wobble: 4, since: listGrew},
	{code: "SAR", ru: "РИЯЛ САУДОВСКОЙ АРАВИИ", kk: "САУД АРАБИЯСЫ РИЯЛЫ", unit: 1, level: 137_300_000, wobble: 0},
	{code: "XDR", ru: "СДР", kk: "АҚТ", unit: 1, level: 704 * tenge, wobble: 2},
	{code: "SGD", ru: "СИНГАПУРСКИЙ ДОЛЛАР", kk: "СИНГАПУР ДОЛЛАРЫ", unit: 1, level: 398 * tenge, wobble: 3},
	{code: "TJS", ru: "ТАДЖИКСКИЙ СОМОНИ", kk: "ТӘЖІКСТАН СОМОНИІ", unit: 1, level: 55_300_000, wobble: 1},
	{code: "THB", ru: "ТАЙСКИЙ БАТ", kk: "ТАЙЛАНД БАТЫ", unit: 1, level: 15_900_000, wobble: 4},
	{code: "TRY", ru: "ТУРЕЦКАЯ ЛИРА", kk: "ТҮРКИЯ ЛИРАСЫ", unit: 1, level: 12_200_000, wobble: 3},
	{code: "UZS", ru: "УЗБЕКСКИХ СУМОВ", kk: "ӨЗБЕК СУМЫ", unit: 100, level: 4_260_000, wobble: 2},
	{code: "UAH", ru: "УКРАИНСКАЯ ГРИВНА", kk: "УКРАИНА ГРИВНАСЫ", unit: 1, level: 12_300_000, wobble: 2},
	{code: "GBP", ru: "ФУНТ СТЕРЛИНГОВ СОЕДИНЕННОГО КОРОЛЕВСТВА", kk: "БІРІККЕН КОРОЛЬДІК ФУНТЫ", unit: 1, level: 688 * tenge, wobble: 5},
	{code: "CZK", ru: "ЧЕШСКАЯ КРОНА", kk: "ЧЕХИЯ КРОНЫ", unit: 1, level: 24_700_000, wobble: 5},
	{code: "SEK", ru: "ШВЕДСКАЯ КРОНА", kk: "ШВЕЦИЯ КРОНЫ", unit: 1, level: 55_100_000, wobble: 6},
	{code: "CHF", ru: "ШВЕЙЦАРСКИЙ ФРАНК", kk: "ШВЕЙЦАРИЯ ФРАНКІ", unit: 1, level: 646 * tenge, wobble: 4},
	{code: "ZAR", ru: "ЮЖНО-АФРИКАНСКИЙ РАНД", kk: "ОҢТҮСТІК АФРИКА РАНДЫ", unit: 1, level: 29_900_000, wobble: 7},
	{code: "KRW", ru: "ЮЖНО-КОРЕЙСКИХ ВОН", kk: "ОҢТҮСТІК КОРЕЯ ВОНЫ", unit: 100, level: 35_700_000, wobble: 4},
	{code: "JPY", ru: "ЯПОНСКАЯ ЙЕНА", kk: "ЖАПОНИЯ ИЕНАСЫ", unit: 1, level: 3_340_000, wobble: 5},
}
