package rates

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// told writes what ParseQuery made of a phrase on one line.
func told(text string) string {
	q, err := ParseQuery(text)
	var ambiguous *AmbiguousError
	var unknown *UnknownError
	switch {
	case err == nil:
		return strings.TrimSpace(fmt.Sprintf("%s %s %s", q.Amount, q.From, q.To))
	case errors.As(err, &ambiguous):
		side := "to"
		if ambiguous.From {
			side = "from"
		}
		s := fmt.Sprintf("%s? %s %s %s", ambiguous.Amount, ambiguous.Word, side, strings.Join(ambiguous.Codes, "/"))
		if ambiguous.Other != "" || len(ambiguous.OtherCodes) > 0 {
			s += ", other " + ambiguous.Other + strings.Join(ambiguous.OtherCodes, "/")
		}
		return s
	case errors.As(err, &unknown):
		return "unknown " + unknown.Word
	case errors.As(err, new(*AmountError)):
		return err.Error()
	case errors.Is(err, ErrNoQuery):
		return "-"
	}
	return err.Error()
}

// One point or comma before three digits may be either: the other reading is
// told, so that it can be offered.
func TestAmountInTwoWays(t *testing.T) {
	for text, want := range map[string]string{
		"1.500 usd": "1500 1.5", "1,500 usd": "1500 1.5", "12,345 тенге в евро": "12345 12.345", "$1.000": "1000 1",
		"1.5 usd": "1.5 0", "1 500 usd": "1500 0", "1,500.25 usd": "1500.25 0", "1.000.000 usd": "1000000 0", "0.125 usd": "0.125 0",
		"1,500 млн тенге": "1500000 0", "1.500 тыс долларов": "1500 0", "1.5000 usd": "1.5 0", "1'500 usd": "1500 0",
	} {
		q, err := ParseQuery(text)
		if got := q.Amount.String() + " " + q.Other.String(); err != nil || got != want {
			t.Errorf("%q: %s, %v, want %s", text, got, err, want)
		}
	}
}

// An amount that can be read in two ways is told as such, too, where the currency has to be asked.
func TestAmbiguousInTwoWays(t *testing.T) {
	for text, want := range map[string]string{
		"1.500 крон": "1500 1.5", "1,500 usd в фунтах": "1500 1.5", "$1.500 CAD": "1500 1.5", "1.500 крон в фунты": "1500 1.5",
		"1500 крон": "1500 0", "1.5 крон": "1.5 0", "$1.5 CAD": "1.5 0",
	} {
		_, err := ParseQuery(text)
		ambiguous := (*AmbiguousError)(nil)
		if !errors.As(err, &ambiguous) || ambiguous.Amount.String()+" "+ambiguous.OtherAmount.String() != want {
			t.Errorf("%q: %+v, %v, want %s", text, ambiguous, err, want)
		}
	}
}

func TestParseQuery(t *testing.T) {
	tests := []struct{ group, phrases string }{
		// A line is the phrase, then what is understood.
		{"numbers in words", `
бір жарым миллион теңге доллармен | 1500000 KZT USD
бір жарым мың доллар | 1500 USD
екі жарым мың доллар | 2500 USD
екі жарым доллар | 2.5 USD
2 жарым мың доллар | 2500 USD
он бес мың теңге | 15000 KZT
он жеті жарым мың теңге | 17500 KZT
жарым миллион теңге | 500000 KZT
жүз елу мың теңге долларға | 150000 KZT USD
екі жүз елу мың теңге | 250000 KZT
бір миллион екі жүз мың теңге доллармен | 1200000 KZT USD
мың екі жүз доллар | 1200 USD
мың жүз елу бес доллар | 1155 USD
жетпіс бес доллар теңгеге | 75 USD KZT
алты жүз сексен тоғыз еуро | 689 EUR
2,5 мыңдай доллар | 2500 USD
бес миллиондай теңге | 5000000 KZT
двести пятьдесят тысяч тенге в рублях | 250000 KZT RUB
сто двадцать три доллара | 123 USD
тысяча двести долларов | 1200 USD
два миллиона триста сорок пять тысяч шестьсот семьдесят восемь тенге | 2345678 KZT
девятнадцать тысяч тенге | 19000 KZT
девятьсот девяносто девять тысяч тенге в евро | 999000 KZT EUR
двадцать одна тысяча рублей | 21000 RUB
полтора миллиона тенге | 1500000 KZT
1 млн двести тысяч тенге | 1200000 KZT
5 жүз доллар | 500 USD
three hundred dollars | 300 USD
seventy five euros | 75 EUR
сто двести долларов | -
пять двадцать долларов | -
десять один доллар | -
двадцать двенадцать долларов | -
пятьсот сто евро | -
сто тысяч пять миллионов тенге | -
двести 50 долларов | -
50 двести долларов | -
сто пятьдесят полтора доллара | -
полтора пять долларов | -
жүз жарым доллар | -
жүз жүз доллар | -
мың миллион теңге | -
бір жарым жарым доллар | -
`},
		{"phrases with what they are asked in", `
теңгемен 100 доллар | 100 USD KZT
доллармен 5000 теңге | 5000 KZT USD
100 доллар теңгемен | 100 USD KZT
теңгемен 100 доллармен | -
тенге 100 доллар | -
100 мың теңгеге қанша доллар сатып аламын | 100000 KZT USD
100 мың теңгеге қанша доллар ала аламын | 100000 KZT USD
сколько долларов в 100 тысячах тенге | 100000 KZT USD
сколько тенге в двух миллионах долларов | 2000000 USD KZT
сколько евро в трех миллионах тенге | 3000000 KZT EUR
`},
		{"amounts that are none", `
0 usd | amount: not_above_zero
0,00 доллар | amount: not_above_zero
0 долларов в тенге | amount: not_above_zero
0 крон | amount: not_above_zero
-5 usd | amount: not_above_zero
−5 доллар теңгеге | amount: not_above_zero
 - 5 usd | 5 USD
-5 people | -
0 people | unknown people
99999999999999999999999 usd | amount: too_large
99 999 999 999 999 999 999 тенге в доллары | amount: too_large
999 трлн млрд тенге | -
9999 трлн тенге | amount: too_large
99999999999999999999999 | -
99999999999999999999999 people | unknown people
100 usd + 50 eur | amount: several
100 usd+50 eur | amount: several
$100 + €50 + 3000 тенге | amount: several
100 долларов и 50 евро | amount: several
100 доллар және 50 еуро | amount: several
100 dollars and 50 euros | amount: several
100 крон + 5 usd | amount: several
100 + 50 usd | -
100 usd + people | -
+7 701 123 45 67 | -
доллар и евро | -
`},
		{"codes", `
100 usd | 100 USD
100 USD | 100 USD
100usd | 100 USD
usd 100 | 100 USD
USD100 | 100 USD
usd | 1 USD
100 usd kzt | 100 USD KZT
100 usd/kzt | 100 USD KZT
100 usd-kzt | 100 USD KZT
100 usdkzt | 100 USD KZT
USDKZT | 1 USD KZT
usd kzt | 1 USD KZT
usd kzt 100 | 100 USD KZT
usd to kzt 100 | 100 USD KZT
usd 100 to eur | 100 USD EUR
100 usd = kzt | 100 USD KZT
100 usd -> kzt | 100 USD KZT
100 usd → kzt | 100 USD KZT
100 usd vs eur | 100 USD EUR
100 rur | 100 RUB
100 try | 100 TRY
100 TRY | 100 TRY
100 all | unknown all
100 ALL | 100 ALL
100 XDR | 100 XDR
1 usd = ? kzt | 1 USD KZT
100 usd usd | 100 USD
100 usd в usd | 100 USD USD`},
		{"signs", `
$100 | 100 USD
$ 100 | 100 USD
100$ | 100 USD
100 $ | 100 USD
100€ | 100 EUR
€100 | 100 EUR
5000₸ | 5000 KZT
5000 ₸ в € | 5000 KZT EUR
100₽ | 100 RUB
£20 | 20 GBP
¥1000 | 1000? ¥ from CNY/JPY
$100 kzt | 100 USD KZT
$100 в тенге | 100 USD KZT
100$ в ₸ | 100 USD KZT
$100 usd | 100 USD
US$100 | 100 USD
C$100 | 100 CAD
HK$ 50 | 50 HKD
$100€ | -
$ 100 € | -
$100 → € | 100 USD EUR
$1,5 млн | 1500000 USD
$5k | 5000 USD
$5m to eur | 5000000 USD EUR
₴50 | 50 UAH
$100 CAD | 100? $ from CAD/USD
100 元 | 100 CNY
100¥ в тенге | 100? ¥ from CNY/JPY, other KZT`},
		{"Russian", `
5000 тг в евро | 5000 KZT EUR
5000тг в евро | 5000 KZT EUR
1,5 млн тенге в долларах | 1500000 KZT USD
сколько будет 300 рублей в тенге | 300 RUB KZT
Сколько будет 300 рублей в тенге? | 300 RUB KZT
сколько тенге в 100 долларах | 100 USD KZT
сколько тенге в долларе | 1 USD KZT
сколько тенге 100 долларов | 100 USD KZT
сколько долларов за 5000 тенге | 5000 KZT USD
сколько стоит доллар | 1 USD
сколько стоит доллар в тенге | 1 USD KZT
сколько стоит один доллар | 1 USD
курс доллара | 1 USD
курс доллара к рублю | 1 USD RUB
курс евро к тенге | 1 EUR KZT
доллар | 1 USD
евро | 1 EUR
переведи 250 евро в рубли | 250 EUR RUB
переведи в доллары 5000 тенге | 5000 KZT USD
в евро 5000 тг | 5000 KZT EUR
в долларах 5000 тенге | 5000 KZT USD
из долларов в евро 100 | 100 USD EUR
100 из usd в eur | 100 USD EUR
100 бакс | 100 USD
100 баксов в тенге | 100 USD KZT
200 долл. в тг | 200 USD KZT
50 тыс. рублей в тенге | 50000 RUB KZT
50 т.р. в тенге | 50000 RUB KZT
50тр | 50000 RUB
100 р | 100 RUB
100р. | 100 RUB
3 тысячи рублей | 3000 RUB
тысяча рублей в тенге | 1000 RUB KZT
миллион тенге в долларах | 1000000 KZT USD
полтора миллиона тенге | 1500000 KZT
полмиллиона тенге в евро | 500000 KZT EUR
сто долларов | 100 USD
сто тысяч тенге | 100000 KZT
пять тысяч тенге в долларах | 5000 KZT USD
1 млн 200 тыс тенге | 1200000 KZT
2 тысячи 500 рублей | 2500 RUB
10 лямов тенге | 10000000 KZT
1 млрд тенге в долларах | 1000000000 KZT USD
100 юаней | 100 CNY
1000 йен в тенге | 1000 JPY KZT
1000 иен | 1000 JPY
100 лир | 100 TRY
100 турецких лир в тенге | 100 TRY KZT
100 гривен | 100 UAH
100 злотых | 100 PLN
10000 вон | 10000 KRW
10000 форинтов | 10000 HUF
500 дирхамов в тенге | 500 AED KZT
100 канадских долларов | 100 CAD
100 долларов США в тенге | 100 USD KZT
100 долларов Канады | 100 CAD
100 австралийских долларов в канадских долларах | 100 AUD CAD
гонконгский доллар | 1 HKD
1000 российских рублей | 1000 RUB
100 белорусских рублей в российских рублях | 100 BYN RUB
100 рублей РФ | 100 RUB
100 шведских крон | 100 SEK
100 чешских крон в евро | 100 CZK EUR
100 крон Норвегии | 100 NOK
20 фунтов стерлингов | 20 GBP
20 английских фунтов | 20 GBP
20 египетских фунтов | 20 EGP
100 индийских рупий | 100 INR
100 индонезийских рупий | 100 IDR
15 швейцарских франков | 15 CHF
азербайджанский манат | 1 AZN
100 киргизских сомов | 100 KGS
10000 узбекских сумов | 10000 UZS
10000 сумов в тенге | 10000 UZS KZT
100 сомони | 100 TJS
100 лари | 100 GEL
1000 драмов | 1000 AMD
100 тенге на доллары | 100 KZT USD
1000 казахстанских тенге | 1000 KZT
1000 южнокорейских вон | 1000 KRW
100 новых израильских шекелей | 100 ILS
100 долларов в тенге, пожалуйста | 100 USD KZT
курс | -
а сколько 100 долларов в тенге? | 100 USD KZT
какой курс доллара | 1 USD
скока в тенге 100 баксов | 100 USD KZT
цена 100 долларов | 100 USD
10 000 рос. рублей | 10000 RUB
50000 узб сум в тенге | 50000 UZS KZT
100 дат. крон | 100 DKK
100 датских крон в шведские кроны | 100 DKK SEK
10 кувейтских динаров | 10 KWD
100 сом кыргыз | 100 KGS
100 манатов Азербайджана | 100 AZN
евро-тенге | 1 EUR KZT
10 долларов 50 центов | -
5000 тенге в USDT | unknown USDT`},
		{"Kazakh", `
100 доллар | 100 USD
100 доллар теңгеге | 100 USD KZT
100 доллар теңгемен | 100 USD KZT
100 доллар неше теңге | 100 USD KZT
100 доллар қанша теңге болады? | 100 USD KZT
100 АҚШ доллары | 100 USD
100 АҚШ доллары қанша теңге | 100 USD KZT
5000 теңгені евроға | 5000 KZT EUR
5000 теңгені еуроға айырбастау | 5000 KZT EUR
долларға 5000 теңге | 5000 KZT USD
5000 тг доллармен | 5000 KZT USD
5 мың теңге | 5000 KZT
5 мың рубль теңгеге | 5000 RUB KZT
1,5 млн теңге долларға | 1500000 KZT USD
он мың теңге | 10000 KZT
екі жүз мың теңге | 200000 KZT
жүз доллар | 100 USD
бір доллар қанша теңге | 1 USD KZT
доллар қанша | 1 USD
доллар бағамы | 1 USD
Ресей рублі | 1 RUB
1000 Ресей рублін теңгеге | 1000 RUB KZT
100 қытай юані | 100 CNY
100 юаньды теңгеге аудар | 100 CNY KZT
100 түрік лирасы | 100 TRY
100 Канада доллары | 100 CAD
100 Швеция кронасы | 100 SEK
100 Чехия кронасын теңгеге | 100 CZK KZT
20 британ фунты | 20 GBP
20 Мысыр фунты | 20 EGP
15 Швейцария франкі | 15 CHF
100 Үндістан рупиясы | 100 INR
Әзербайжан манаты | 1 AZN
100 Қырғызстан сомы | 100 KGS
10000 Өзбекстан сомы | 10000 UZS
1000 иенаны теңгеге | 1000 JPY KZT
доллардан еуроға 100 | 100 USD EUR
100 доллардан теңгеге | 100 USD KZT
100 БАӘ дирхамы | 100 AED
1000 Оңтүстік Корея воны | 1000 KRW
тенгеге 100 доллар | 100 USD KZT`},
		{"English", `
100 dollars | 100 USD
100 dollars in tenge | 100 USD KZT
100 US dollars to euros | 100 USD EUR
how much is 100 euro in tenge? | 100 EUR KZT
how many tenge is 100 dollars | 100 USD KZT
how many tenge in a dollar | 1 USD KZT
how much is a dollar in tenge | 1 USD KZT
convert 250 eur to kzt please | 250 EUR KZT
five thousand tenge in euro | 5000 KZT EUR
1.5 million tenge in usd | 1500000 KZT USD
10k tenge in usd | 10000 KZT USD
100 bucks | 100 USD
100 Canadian dollars | 100 CAD
100 Hong Kong dollars in tenge | 100 HKD KZT
100 pounds sterling | 100 GBP
20 British pounds in tenge | 20 GBP KZT
20 quid | 20 GBP
15 Swiss francs | 15 CHF
100 Swedish kronor | 100 SEK
100 Czech koruna | 100 CZK
1000 yen to tenge | 1000 JPY KZT
1000 rubles in tenge | 1000 RUB KZT
100 yuan | 100 CNY
100 indian rupees | 100 INR
tenge per dollar | 1 USD KZT
from usd to eur 100 | 100 USD EUR
100 euro from dollars | -
try 100 usd | unknown try
all 100 usd | unknown all
sum 100 usd | -`},
		{"asked back", `
100 крон | 100? крон from SEK/NOK/DKK/CZK/ISK
20 фунтов | 20? фунтов from GBP/EGP
20 pounds | 20? pounds from GBP/EGP
15 франков | 15? франков from CHF/XOF/XAF
100 рупий в тенге | 100? рупий from INR/PKR/IDR/LKR/NPR, other KZT
100 песо | 100? песо from MXN/ARS/CLP/COP/PHP
10 динаров | 10? динаров from KWD/RSD/BHD/JOD/IQD
манат | 1? манат from AZN/TMT
100 сом | 100? сом from KGS/UZS
100 сомов в тенге | 100? сомов from KGS/UZS, other KZT
100 сомға теңге | 100? сомға from KGS/UZS, other KZT
5000 тенге в кронах | 5000? кронах to SEK/NOK/DKK/CZK/ISK, other KZT
5000 теңге кронаға | 5000? кронаға to SEK/NOK/DKK/CZK/ISK, other KZT
100 крон в фунтах | 100? крон from SEK/NOK/DKK/CZK/ISK, other GBP/EGP
100 лей | 100? лей from RON/MDL
100 риалов | 100? риалов from SAR/IRR/QAR/OMR/YER
100 cad долларов | 100? долларов from CAD/USD
100 рублей byn | 100? рублей from BYN/RUB
100 kr | 100? kr from SEK/NOK/DKK/CZK/ISK`},
		{"numbers", `
1 000,50 eur | 1000.5 EUR
1 000,50 eur | 1000.5 EUR
1 000 000 kzt | 1000000 KZT
1.000.000 kzt | 1000000 KZT
1,000,000 kzt | 1000000 KZT
1,000.50 usd | 1000.5 USD
1.000,50 usd | 1000.5 USD
1'000'000.25 chf | 1000000.25 CHF
1’000 chf | 1000 CHF
1.000 kzt | 1000 KZT
1,000 kzt | 1000 KZT
12.500 kzt | 12500 KZT
1,500 млн тенге | 1500000 KZT
0,125 usd | 0.125 USD
1,5 usd | 1.5 USD
1.5 usd | 1.5 USD
1,25 usd | 1.25 USD
1.2345 usd | 1.2345 USD
1000,500 usd | 1000.5 USD
1 000,500 usd | 1000.5 USD
.5 usd | 0.5 USD
,5 usd | 0.5 USD
100. usd | 100 USD
100, usd | 100 USD
001 usd | 1 USD
0 usd | amount: not_above_zero
0,00 usd | amount: not_above_zero
-5 usd | amount: not_above_zero
−5 usd | amount: not_above_zero
10-20 usd | -
1,00,000 inr | -
1.000 000 kzt | -
1000 000 kzt | -
100 50 usd | -
1.2.3 usd | -
01.04.2026 usd | -
1e9 usd | -
100% usd | -
100+50 usd | -
1/2 usd | -
999999999999999 kzt | 999999999999999 KZT
9999999999999999 kzt | amount: too_large
1 млн млн млн usd | -
100 usd 200 eur | -
0,000000001 usd | -
٣ usd | -`},
		{"look-alikes", `
100 ЕUR | 100 EUR
100 ТНВ | 100 THB
100 KZТ | 100 KZT
5000 тeңге | 5000 KZT
100 дoллapoв | 100 USD
100 UЅD | 100 USD
100 eвро в тенге | 100 EUR KZT
100 тор | unknown тор`},
		{"names that are other words", `
i won 100 | -
won | -
6 ft | -
the sum 100 | -
real 5 | -
sum | -
100 won | 100 KRW
100 won in usd | 100 KRW USD
won 100 to usd | 100 KRW USD
usd to won | 1 USD KRW
5 reals | 5 BRL
600 ft to eur | 600 HUF EUR
korean won | 1 KRW
10000 sum | 10000 UZS
he won 100 | unknown he`},
		{"none", `
 | -
 ? | -
100 | -
привет | -
сәлем | -
hello | -
в | -
100 в евро | -
в евро | -
100 к рублей | -
usd 100 kzt | -
kzt 5000 usd | -
доллар 100 тенге | -
5 минут | unknown минут
100 xyz | unknown xyz
100 биткоинов в тенге | unknown биткоинов
100 usd в биткоины | unknown биткоины
usd to xyz | unknown xyz
100 британских рублей | unknown британских
300 рублей штраф в казахстане | -
доллар растёт | -
Почему доллар вырос до 500 тенге | -
100 usd и eur | -
100 usd eur kzt | -
сумка 100 usd | unknown сумка
реальный доллар | -
батон 100 тенге | unknown батон
песок | -
сомнение | -
100 долларов канадских долларов | -
100 <b>usd</b> | -
/start | -
https://example.kz/usd | -
@newsbot 100 usd | -`},
	}
	count := 0
	for _, tt := range tests {
		t.Run(tt.group, func(t *testing.T) {
			for line := range strings.SplitSeq(strings.TrimSpace(tt.phrases), "\n") {
				phrase, want, _ := strings.Cut(line, "|")
				phrase, want = strings.TrimSuffix(phrase, " "), strings.TrimSpace(want)
				count++
				if got := told(phrase); got != want {
					t.Errorf("%q: got %s, want %s", phrase, got, want)
				}
			}
		})
	}
	if count < 120 {
		t.Errorf("only %d phrases", count)
	}
}
