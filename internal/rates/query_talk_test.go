package rates

import (
	"strings"
	"testing"
)

// TestParseQueryTalk holds what people say to what is understood of it: sums, and
// sentences with sums in them that are no conversion. A dash is a text that is
// left to others; nothing here may become a currency that was not named.
func TestParseQueryTalk(t *testing.T) {
	for language, phrases := range map[string]string{
		"ru": `
250 баксов в тенге | 250 USD KZT
сколько стоит 1 евро | 1 EUR
сколько тенге дадут за 200 долларов | 200 USD KZT
за 50 тысяч тенге сколько рублей | 50000 KZT RUB
переведи 3 тыс рублей в тенге | 3000 RUB KZT
3000₽ в ₸ | 3000 RUB KZT
пятьсот долларов в тенге | 500 USD KZT
сто евро | 100 EUR
полтора миллиона тенге в долларах | 1500000 KZT USD
1.5 млн тг в usd | 1500000 KZT USD
2 ляма тенге в баксы | 2000000 KZT USD
10к рублей | 10000 RUB
10к тенге в юанях | 10000 KZT CNY
15 000 тенге это сколько долларов | 15000 KZT USD
сколько будет 1000 юаней в евро | 1000 CNY EUR
курс 100 лир к тенге | 100 TRY KZT
100 турецких лир | 100 TRY
100 лир в рубли | 100 TRY RUB
тысяча сомов в тенге | 1000? сомов from KGS/UZS, other KZT
500 киргизских сомов в рублях | 500 KGS RUB
1000 сумов в тенге | 1000 UZS KZT
200 дирхам в тенге | 200 AED KZT
200 дирхамов оаэ в доллары | 200 AED USD
100 000 вон | 100000 KRW
10000 японских йен в тенге | 10000 JPY KZT
20 египетских фунтов в тенге | 20 EGP KZT
300 швейцарских франков в евро | 300 CHF EUR
100 австралийских долларов в тенге | 100 AUD KZT
1000 донгов | 1000 VND
50 грн | 50 UAH
50 гривен в тенге | 50 UAH KZT
40 злотых | 40 PLN
5 лари в тенге | 5 GEL KZT
евро к тенге | 1 EUR KZT
100 usd в eur и rub | -
1000 долларов сша в российских рублях | 1000 USD RUB
7 манат | 7? манат from AZN/TMT
азербайджанский манат 7 | 7 AZN
минус 5 долларов | -
100$ в ₽ | 100 USD RUB
100 фунт | 100? фунт from GBP/EGP
британ фунты 100 | 100 GBP
200 дирхам | 200 AED
10 лари | 10 GEL
сколько рублей в 5000 тенге | 5000 KZT RUB
сколько в тенге 50 евро | 50 EUR KZT
50 евриков | 50 EUR
100 зеленых | unknown зеленых
100 рублей сколько это в тенге | 100 RUB KZT
надо 300 евро в тенге | 300 EUR KZT
300 евро по курсу нацбанка | 300 EUR
100 usd на завтра | -
100 usd вчера | -
встреча в 100 рублях | unknown встреча
доллар по 500 | -
у меня 5 евро | -
куплю 100 usd | unknown куплю
дом за 100000 usd | unknown дом
позвони мне в 5 | -
100 золотых | unknown золотых
100 сом в сум | 100? сом from KGS/UZS, other UZS
100 динар кувейт | 100 KWD
1 биткоин в тенге | unknown биткоин
100 рупий | 100? рупий from INR/PKR/IDR/LKR/NPR
100 индийских рупий в тенге | 100 INR KZT
100 мексиканских песо | 100 MXN
500 руб. | 500 RUB
500 р. | 500 RUB
500 р в тг | 500 RUB KZT
1 тг в евро | 1 KZT EUR
20 тыс. тг | 20000 KZT
20 тыс. руб. в тг. | 20000 RUB KZT
1е5 usd | -
100 уsd | unknown уsd
в тенге 100 долларов | 100 USD KZT
из долларов в тенге 100 | 100 USD KZT
100 долларов из тенге | -
в доллары 10000 тенге | 10000 KZT USD
100 byn в kzt | 100 BYN KZT
100 белок | unknown белок
сомони 50 | 50 TJS
50 таджикских сомони в рубли | 50 TJS RUB
купил доллар по 500 тенге | -
встретимся в 100 метрах | -
50 евриков в тенге | 50 EUR KZT
по 500 тенге за доллар | -
500 тенге за доллар | -
500 тенге за 1 доллар | -
1 доллар = 500 тенге | -
доллар 500 | 500 USD
доллар 500 тенге | -
евро или доллар | -
доллар евро | 1 USD EUR
доллар к рублю | 1 USD RUB
рубль к тенге 1000 | 1000 RUB KZT
1000 рубль к тенге | 1000 RUB KZT
кому 100 долларов | unknown кому
100 долларов и 50 центов | -
3,5 евро | 3.5 EUR
1/2 доллара | -
20% от 100 usd | -
100 000,50 тенге в доллары | 100000.5 KZT USD
сумма 100 usd | unknown сумма
100 сумм | 100 UZS
купи хлеб 100 тенге | -
цена 5000 тг | 5000 KZT
5000 тг цена в баксах | 5000 KZT USD
5000 тг это много? | unknown много
сколько стоит iphone 1000 usd | unknown iphone
мне 100 долларов, пожалуйста | 100 USD
ок 100 usd | unknown ок
100 сомов узбекистан | 100 UZS
100 узб сум | 100 UZS
30 000 драм | 30000 AMD
100 рупия | 100? рупия from INR/PKR/IDR/LKR/NPR
100 риал | 100? риал from SAR/IRR/QAR/OMR/YER
100 саудовских риалов в тенге | 100 SAR KZT
100 реалов | 100 BRL
100 рандов | 100 ZAR
1 шекель | 1 ILS
10 бат | 10 THB
100 тайских бат в тенге | 100 THB KZT
10 крон чешских | 10 CZK
чешская крона 10 | 10 CZK
10 норвежских крон в евро | 10 NOK EUR
10 сдр | 10 XDR
1 золото | unknown золото
1000 тугриков в тенге | 1000 MNT KZT
100 р.б. | unknown б
тг 5000 | 5000 KZT
5 000 тг. | 5000 KZT
пять тысяч тенге | 5000 KZT
двести пятьдесят евро | 250 EUR
сто двадцать три доллара | 123 USD
жиырма бес еуро | 25 EUR
миллион | -
миллион тенге | 1000000 KZT
лям тенге | 1000000 KZT
лимон тенге | -
косарь рублей | -
10 тыщ рублей | 10000 RUB
`,
		"kk": `
100 долларды теңгеге айналдыр | 100 USD KZT
100 доллар қанша теңге | 100 USD KZT
5000 теңге неше доллар | 5000 KZT USD
50 мың теңгені рубльге | 50000 KZT RUB
2 миллион теңге долларда | 2000000 KZT USD
1,5 млн теңге еуромен | 1500000 KZT EUR
100 еуро теңгемен қанша болады | 100 EUR KZT
мың рубль | 1000 RUB
жүз доллар теңгеге | 100 USD KZT
бес жүз мың теңге долларға | 500000 KZT USD
қытай юані 300 | 300 CNY
300 юань теңгеге | 300 CNY KZT
1000 сом теңгеге | 1000? сом from KGS/UZS, other KZT
1000 қырғыз сомы | 1000 KGS
өзбек сомы 10000 теңгеге | -
түрік лирасы 500 | 500 TRY
500 лира теңгеге | 500 TRY KZT
ресей рублі 3000 теңге | -
3000 ресей рублін теңгеге | 3000 RUB KZT
бір доллар неше теңге | 1 USD KZT
долларды теңгеге | 1 USD KZT
100 usd теңгеге | 100 USD KZT
теңге 5000 еуроға | -
$ 20 теңге | 20 USD KZT
АҚШ доллары 100 | 100 USD
100 ақш долларын еуроға ауыстыр | 100 USD EUR
жарты миллион теңге | 500000 KZT
100 вон теңгеге | 100 KRW KZT
ұлттық банк бағамымен 100 доллар теңгеге | -
100 usd ертең | -
екі жүз доллар | 200 USD
`,
		"en and signs": `
usd/kzt | 1 USD KZT
eurusd | 1 EUR USD
5-10 usd | -
€50 to $ | 50 EUR USD
£20 in tenge | 20 GBP KZT
$1,000 | 1000 USD
$1,000.50 to eur | 1000.5 USD EUR
1.000,50 eur | 1000.5 EUR
1 000 000 kzt to usd | 1000000 KZT USD
how much is 5k usd in tenge | 5000 USD KZT
convert 20 pounds sterling to euros | 20 GBP EUR
what is 300 yuan in kzt | 300 CNY KZT
100 canadian dollars | 100 CAD
100 canadian bucks in usd | 100 CAD USD
fifty dollars | 50 USD
5 grand usd | unknown grand
1m kzt to usd | 1000000 KZT USD
2.5 million tenge in dollars | 2500000 KZT USD
10 swiss francs | 10 CHF
100 roubles | 100 RUB
usd to kzt 250 | 250 USD KZT
250 usd=? | 250 USD
100 usd => eur | 100 USD EUR
100USD | 100 USD
kzt 5000 | 5000 KZT
5000kzt usd | 5000 KZT USD
100 dollars to rubles please | 100 USD RUB
half a million tenge | -
2 + 2 | -
100 usdt | unknown usdt
1 btc | unknown btc
1e5 usd | -
١٠٠ usd | -
１００ usd | -
100 ՄSD | unknown ՄSD
100 usd to | 100 USD
100 rub > kzt | 100 RUB KZT
3.5€ | 3.5 EUR
100 % usd | -
1,234,567.89 kzt to usd | 1234567.89 KZT USD
1.234.567,89 kzt to usd | 1234567.89 KZT USD
12,34,567 kzt | -
1,500 usd | 1500 USD
1.500 usd | 1500 USD
1,500.5 usd | 1500.5 USD
100 usd/eur | 100 USD EUR
100 eur usd rate | 100 EUR USD
rate usd eur | 1 USD EUR
100 kgs som | 100? som to KGS/UZS, other KGS
10 kronor | 10? kronor from SEK/NOK/DKK/CZK/ISK
10 kr | 10? kr from SEK/NOK/DKK/CZK/ISK
1 xdr | 1 XDR
1 oz gold | unknown oz
1000 mnt | 1000 MNT
200 pln | 200 PLN
20 zł | 20 PLN
₺100 | 100 TRY
100₺ | 100 TRY
₹500 | 500 INR
₩1000 | 1000 KRW
¥100 | 100? ¥ from CNY/JPY
元100 | 100 CNY
100 円 | 100 JPY
د.إ 100 | unknown د
A$100 | 100 AUD
C$ 50 to kzt | 50 CAD KZT
HK$100 | 100 HKD
S$20 | 20 SGD
R$5 | 5 BRL
kr100 | 100? kr from SEK/NOK/DKK/CZK/ISK
one hundred dollars | 100 USD
two thousand tenge in usd | 2000 KZT USD
twenty five euros | 25 EUR
`,
	} {
		t.Run(language, func(t *testing.T) {
			for line := range strings.Lines(strings.TrimSpace(phrases)) {
				text, want, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " | ")
				if !ok {
					t.Fatalf("no expectation in %q", line)
				}
				if got := told(text); got != want {
					t.Errorf("%q: %s, want %s", text, got, want)
				}
			}
		})
	}
}
