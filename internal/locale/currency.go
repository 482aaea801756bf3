package locale

// currencies names the currencies of the banks' lists, and the banks' own:
// Kazakh, Russian, English.
var currencies = map[string][3]string{
	"AED": {"БАӘ дирхамы", "дирхам ОАЭ", "UAE dirham"},
	"AMD": {"Армения драмы", "армянский драм", "Armenian dram"},
	"AUD": {"Австралия доллары", "австралийский доллар", "Australian dollar"},
	"AZN": {"Әзербайжан манаты", "азербайджанский манат", "Azerbaijani manat"},
	"BDT": {"Бангладеш такасы", "бангладешская така", "Bangladeshi taka"},
	"BHD": {"Бахрейн динары", "бахрейнский динар", "Bahraini dinar"},
	"BOB": {"Боливия боливианосы", "боливийский боливиано", "Bolivian boliviano"},
	"BRL": {"Бразилия реалы", "бразильский реал", "Brazilian real"},
	"BYN": {"Беларусь рублі", "белорусский рубль", "Belarusian ruble"},
	"CAD": {"Канада доллары", "канадский доллар", "Canadian dollar"},
	"CHF": {"Швейцария франкі", "швейцарский франк", "Swiss franc"},
	"CNY": {"Қытай юані", "китайский юань", "Chinese yuan"},
	"CUP": {"Куба песосы", "кубинский песо", "Cuban peso"},
	"CZK": {"Чехия кронасы", "чешская крона", "Czech koruna"},
	"DKK": {"Дания кронасы", "датская крона", "Danish krone"},
	"DZD": {"Алжир динары", "алжирский динар", "Algerian dinar"},
	"EGP": {"Мысыр фунты", "египетский фунт", "Egyptian pound"},
	"ETB": {"Эфиопия быры", "эфиопский быр", "Ethiopian birr"},
	"EUR": {"еуро", "евро", "euro"},
	"GBP": {"Британ фунты", "британский фунт стерлингов", "British pound"},
	"GEL": {"Грузия лариі", "грузинский лари", "Georgian lari"},
	"HKD": {"Гонконг доллары", "гонконгский доллар", "Hong Kong dollar"},
	"HUF": {"Венгрия форинті", "венгерский форинт", "Hungarian forint"},
	"IDR": {"Индонезия рупиясы", "индонезийская рупия", "Indonesian rupiah"},
	"ILS": {"Израиль шекелі", "новый израильский шекель", "Israeli new shekel"},
	"INR": {"Үндістан рупиясы", "индийская рупия", "Indian rupee"},
	"IRR": {"Иран риалы", "иранский риал", "Iranian rial"},
	"JPY": {"Жапония иенасы", "японская иена", "Japanese yen"},
	"KGS": {"Қырғызстан сомы", "киргизский сом", "Kyrgyzstani som"},
	"KRW": {"Оңтүстік Корея воны", "южнокорейская вона", "South Korean won"},
	"KWD": {"Кувейт динары", "кувейтский динар", "Kuwaiti dinar"},
	"KZT": {"Қазақстан теңгесі", "казахстанский тенге", "Kazakhstani tenge"},
	"MDL": {"Молдова лейі", "молдавский лей", "Moldovan leu"},
	"MMK": {"Мьянма кьяты", "мьянманский кьят", "Myanmar kyat"},
	"MNT": {"Моңғолия тугрігі", "монгольский тугрик", "Mongolian tugrik"},
	"MXN": {"Мексика песосы", "мексиканский песо", "Mexican peso"},
	"MYR": {"Малайзия ринггиті", "малайзийский ринггит", "Malaysian ringgit"},
	"NGN": {"Нигерия найрасы", "нигерийская найра", "Nigerian naira"},
	"NOK": {"Норвегия кронасы", "норвежская крона", "Norwegian krone"},
	"NZD": {"Жаңа Зеландия доллары", "новозеландский доллар", "New Zealand dollar"},
	"OMR": {"Оман риалы", "оманский риал", "Omani rial"},
	"PKR": {"Пәкістан рупиясы", "пакистанская рупия", "Pakistani rupee"},
	"PLN": {"Польша злотыйы", "польский злотый", "Polish zloty"},
	"QAR": {"Катар риалы", "катарский риал", "Qatari riyal"},
	"RON": {"Румыния лейі", "румынский лей", "Romanian leu"},
	"RSD": {"Сербия динары", "сербский динар", "Serbian dinar"},
	"RUB": {"Ресей рублі", "российский рубль", "Russian ruble"},
	"SAR": {"Сауд Арабиясының риалы", "саудовский риял", "Saudi riyal"},
	"SEK": {"Швеция кронасы", "шведская крона", "Swedish krona"},
	"SGD": {"Сингапур доллары", "сингапурский доллар", "Singapore dollar"},
	"THB": {"Таиланд баты", "таиландский бат", "Thai baht"},
	"TJS": {"Тәжікстан сомониі", "таджикский сомони", "Tajikistani somoni"},
	"TMT": {"Түрікменстан манаты", "новый туркменский манат", "Turkmenistani manat"},
	"TRY": {"Түркия лирасы", "турецкая лира", "Turkish lira"},
	"UAH": {"Украина гривнасы", "украинская гривна", "Ukrainian hryvnia"},
	"USD": {"АҚШ доллары", "доллар США", "US dollar"},
	"UZS": {"Өзбекстан сомы", "узбекский сум", "Uzbekistani som"},
	"VND": {"Вьетнам донгі", "вьетнамский донг", "Vietnamese dong"},
	"XDR": {"арнайы қарыз алу құқығы", "специальные права заимствования", "special drawing rights"},
	"ZAR": {"Оңтүстік Африка рэнді", "южноафриканский рэнд", "South African rand"},
}

// Currency is the name of a currency by its ISO 4217 code; empty when it has none here.
func (p *Printer) Currency(code string) string {
	names := currencies[code]
	switch p.lang {
	case KK:
		return names[0]
	case RU:
		return names[1]
	default:
		return names[2]
	}
}
