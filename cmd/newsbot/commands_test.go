package main

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"newsbot/internal/emulator"
)

// call runs a command with an environment, in this process.
func call(t *testing.T, env map[string]string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	var out, errs bytes.Buffer
	code = exitCode(run(ctx, args, func(name string) string { return env[name] }, &out, &errs), &errs)
	return out.String(), errs.String(), code
}

func TestAllMistakesInTheSettingsAreReportedTogether(t *testing.T) {
	_, stderr, code := call(t, map[string]string{
		"TELEGRAM_BOT_TOKEN": "nonsense", "DATABASE_URL": "mysql://x", "ADMIN_IDS": "12,emma", "TIMEZONE": "Asia/Astana",
		"POLL_INTERVAL": "soon", "CONTACT_URL": "me (at) home", "ALLOW_PRIVATE_ADDRESSES": "perhaps", "HTTP_ADDR": "8080", "SEND_RATE": "0", "PAID_BROADCAST": "?",
		"LOG_LEVEL": "loud", "LOG_FORMAT": "xml", "RATES_URL": "nationalbank.kz", "RATES_PROVIDER": "ecb", "RATES_BASE": "dollar", "RATES_FALLBACK_URL": "cbr.ru", "TELEGRAM_API_URL": "ftp://x/", "SOURCES_FILE": "/no/such/file", "TOPICS_FILE": "/no/such/file",
		"WEBHOOK_URL": "https://bot.example.kz/hook",
	}, "run")
	if code != 2 {
		t.Errorf("exit code %d, want 2", code)
	}
	for _, name := range []string{"TELEGRAM_BOT_TOKEN", "DATABASE_URL", "ADMIN_IDS", "TIMEZONE", "POLL_INTERVAL", "CONTACT_URL", "ALLOW_PRIVATE_ADDRESSES", "HTTP_ADDR",
		"SEND_RATE", "PAID_BROADCAST", "LOG_LEVEL", "LOG_FORMAT", "RATES_URL", "RATES_PROVIDER", "RATES_BASE", "RATES_FALLBACK_URL", "TELEGRAM_API_URL", "SOURCES_FILE", "TOPICS_FILE", "WEBHOOK_SECRET"} {
		if !strings.Contains(stderr, name+":") {
			t.Errorf("%s is not reported:\n%s", name, stderr)
		}
	}
	if strings.Contains(stderr, "nonsense") {
		t.Errorf("the token is in the error:\n%s", stderr)
	}
}

func TestSettings(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "token")
	if err := os.WriteFile(file, []byte(testToken+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		env  map[string]string
		args []string
		want string
		code int
	}{
		"no token":              {nil, []string{"run"}, "TELEGRAM_BOT_TOKEN: is not set", 2},
		"token file missing":    {map[string]string{"TELEGRAM_BOT_TOKEN_FILE": "/no/such/file"}, []string{"run"}, "TELEGRAM_BOT_TOKEN_FILE: ", 2},
		"flag over environment": {map[string]string{"TELEGRAM_BOT_TOKEN_FILE": file, "LOG_LEVEL": "info"}, []string{"run", "--log-level", "loud"}, `LOG_LEVEL: is "loud"`, 2},
		"empty is not set":      {map[string]string{"TELEGRAM_BOT_TOKEN_FILE": file, "SEND_RATE": "", "LOG_LEVEL": "loud"}, []string{"run"}, "LOG_LEVEL", 2},
		"approval by nobody":    {map[string]string{"APPROVALS": "true", "ADMIN_IDS": "12,12"}, []string{"migrate"}, "APPROVALS: needs a second editor", 2},
		"switch without value":  {map[string]string{"LOG_LEVEL": "loud"}, []string{"migrate", "--allow-private-addresses", "--paid-broadcast=maybe"}, `PAID_BROADCAST: is "maybe"`, 2},
		"switch said no":        {map[string]string{"ALLOW_PRIVATE_ADDRESSES": "perhaps"}, []string{"migrate", "--allow-private-addresses=false", "--log-level", "x"}, "LOG_LEVEL", 2},
		"not a number":          {map[string]string{"TELEGRAM_BOT_TOKEN_FILE": file, "SEND_RATE": "NaN"}, []string{"run"}, `SEND_RATE: is "NaN"`, 2},
		"token twice":           {map[string]string{"TELEGRAM_BOT_TOKEN_FILE": file, "TELEGRAM_BOT_TOKEN": testToken}, []string{"run"}, "set one of them", 2},
		"no file named":         {map[string]string{"DATABASE_URL": "sqlite:"}, []string{"migrate"}, "DATABASE_URL: names no file", 2},
		"port out of range":     {map[string]string{"HTTP_ADDR": "127.0.0.1:99999"}, []string{"migrate"}, "HTTP_ADDR: ", 2},
		"webhook without TLS":   {map[string]string{"WEBHOOK_URL": "http://bot.example.kz/", "WEBHOOK_SECRET": "s"}, []string{"migrate"}, "WEBHOOK_URL: must begin with https", 2},
		"webhook's port":        {map[string]string{"WEBHOOK_URL": "https://bot.example.kz:8080/", "WEBHOOK_SECRET": "s"}, []string{"migrate"}, "WEBHOOK_URL: names port 8080, but Telegram takes only", 2},
		"webhook's bad path":    {map[string]string{"WEBHOOK_URL": "https://bot.example.kz/{a", "WEBHOOK_SECRET": "s"}, []string{"migrate"}, "WEBHOOK_URL: has a path that is not plain", 2},
		"webhook's taken path":  {map[string]string{"WEBHOOK_URL": "https://bot.example.kz/readyz", "WEBHOOK_SECRET": "s"}, []string{"migrate"}, "WEBHOOK_URL: has the path /readyz", 2},
		"webhook unguarded":     {map[string]string{"WEBHOOK_URL": "https://bot.example.kz/"}, []string{"migrate"}, "WEBHOOK_SECRET: is needed", 2},
		"secret for nothing":    {map[string]string{"WEBHOOK_SECRET": "s"}, []string{"migrate"}, "WEBHOOK_SECRET: is set without WEBHOOK_URL", 2},
		"unknown command":       {nil, []string{"fly"}, "fly", 2},
		"unknown flag":          {nil, []string{"run", "--fast"}, "--fast", 2},
	} {
		t.Run(name, func(t *testing.T) {
			_, stderr, code := call(t, tc.env, tc.args...)
			if code != tc.code || !strings.Contains(stderr, tc.want) {
				t.Errorf("exit code %d and %q, want %d and %q", code, stderr, tc.code, tc.want)
			}
			if strings.Contains(stderr, secret) {
				t.Errorf("the token is in the error:\n%s", stderr)
			}
		})
	}
}

func TestHelpAndVersion(t *testing.T) {
	for _, args := range [][]string{{"--help"}, {}, {"run", "--help"}, {"sandbox", "--help"}, {"inspect", "page", "--help"}, {"version"}} {
		if out, stderr, code := call(t, nil, args...); code != 0 || out == "" {
			t.Errorf("%v: exit code %d, output %q, errors %q", args, code, out, stderr)
		}
	}
}

func TestDoctor(t *testing.T) {
	w := newTown(t)
	set := w.settings("sqlite:" + w.path("newsbot.db"))
	out, _, code := call(t, set, "doctor")
	if code != 0 || strings.Contains(out, "FAIL") {
		t.Errorf("all is well, but the doctor says (exit code %d):\n%s", code, out)
	}
	for _, want := range []string{"ok    telegram: the bot is @newsbot_test_bot", "ok    database: ", "ok    source ", "ok    rates: 48 currencies of nbk", "ok    clock: "} {
		if !strings.Contains(out, want) {
			t.Errorf("the doctor does not say %q:\n%s", want, out)
		}
	}
	for name, tc := range map[string]struct {
		change func()
		env    map[string]string
		want   string
	}{
		"no token":        {env: map[string]string{"TELEGRAM_BOT_TOKEN": ""}, want: "FAIL  telegram: TELEGRAM_BOT_TOKEN is not set"},
		"wrong token":     {env: map[string]string{"TELEGRAM_BOT_TOKEN": testToken + "x"}, want: "copy it again from @BotFather"},
		"telegram down":   {env: map[string]string{"TELEGRAM_API_URL": "http://127.0.0.1:9"}, want: "FAIL  telegram: "},
		"database":        {env: map[string]string{"DATABASE_URL": "sqlite:/no/such/dir/newsbot.db"}, want: "FAIL  database: "},
		"postgres down":   {env: map[string]string{"DATABASE_URL": "postgres://u:topsecret@127.0.0.1:9/x?sslmode=disable"}, want: "FAIL  database: "},
		"sources refused": {env: map[string]string{"ALLOW_PRIVATE_ADDRESSES": "false"}, want: "set ALLOW_PRIVATE_ADDRESSES=true"},
		"rates":           {change: func() { w.news.SetRatesMode("html") }, want: "FAIL  rates: "},
	} {
		t.Run(name, func(t *testing.T) {
			env := w.settings("sqlite:" + w.path("newsbot.db"))
			for k, v := range tc.env {
				env[k] = v
			}
			if tc.change != nil {
				tc.change()
			}
			out, stderr, code := call(t, env, "doctor")
			if code != 1 || !strings.Contains(out, tc.want) || !strings.Contains(out, "→ ") {
				t.Errorf("exit code %d, want 1 and %q with what to do:\n%s%s", code, tc.want, out, stderr)
			}
			if strings.Contains(out+stderr, secret) || strings.Contains(out+stderr, "topsecret") {
				t.Errorf("a secret is shown:\n%s%s", out, stderr)
			}
		})
	}
}

func TestLookingMakesNoDatabase(t *testing.T) {
	w := newTown(t)
	path := w.path("typo.db")
	set := w.settings("sqlite:" + path)
	for _, args := range [][]string{{"doctor"}, {"sources", "list"}, {"sources", "export"}, {"sources", "check"}} {
		if out, stderr, code := call(t, set, args...); code != 0 {
			t.Errorf("%v: exit code %d:\n%s%s", args, code, out, stderr)
		}
		if _, err := os.Stat(path); err == nil {
			t.Fatalf("%v made the database", args)
		}
	}
	if out, _, _ := call(t, set, "doctor"); !strings.Contains(out, "is not there yet") {
		t.Errorf("the doctor does not say that there is no database:\n%s", out)
	}
}

func TestDoctorHealthAsksTheRunningBot(t *testing.T) {
	w := newTown(t)
	database := "sqlite:" + w.path("newsbot.db")
	if _, _, code := call(t, map[string]string{"HTTP_ADDR": "127.0.0.1:9"}, "doctor", "--health"); code != 1 {
		t.Errorf("nobody serves, exit code %d, want 1", code)
	}
	p := w.start(database)
	p.says("newsbot runs", 20*time.Second)
	_, at, _ := strings.Cut(p.log.String(), "http=")
	at, _, _ = strings.Cut(at, " ")
	eventually(t, 20*time.Second, "the bot to be ready", func() bool {
		_, _, code := call(t, map[string]string{"HTTP_ADDR": at}, "doctor", "--health")
		return code == 0
	})
}

func TestInspect(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	feed := write("feed.xml", `<?xml version="1.0"?><rss version="2.0"><channel><title>Дала</title><language>ru</language>
		<item><guid>7</guid><title>Мост открыт &amp; ждёт</title><link>https://dala.example/7?utm_source=rss</link><pubDate>Mon, 6 Apr 2026 10:00:00 +0500</pubDate><description>Коротко</description></item></channel></rss>`)
	rates := write("rates.xml", `<?xml version="1.0" encoding="utf-8"?><rates><date>01.04.2026</date>
		<item><fullname>ДОЛЛАР США</fullname><title>USD</title><description>478.77</description><quant>1</quant><index>UP</index><change>+2.44</change></item>
		<item><fullname>ВОНА</fullname><title>KRW</title><description>31.5</description><quant>100</quant><index></index><change>0.00</change></item>
		<item><fullname>НИЧЕГО</fullname><title>XXX</title><description>0.0</description><quant>1</quant><index/><change>0.00</change></item></rates>`)
	var paragraphs strings.Builder
	for i := range 6 {
		fmt.Fprintf(&paragraphs, "<p>По мосту номер %d прошла первая колонна машин, и жители двух берегов наконец встретились без парома.</p>", i+1)
	}
	page := write("page.html", `<html lang="ru"><head><title>Мост открыт — Дала</title><meta property="og:title" content="Мост открыт"><link rel="canonical" href="https://dala.example/7"></head>
		<body><nav>Меню</nav><article><h1>Мост открыт</h1>`+paragraphs.String()+`</article></body></html>`)
	var gotFeed struct {
		Title, Language string
		Items           []struct {
			ID, Link, Title, Summary string
			PublishedAt              string `json:"published_at"`
		}
	}
	decode(t, &gotFeed, "inspect", "feed", feed, "--json")
	if gotFeed.Title != "Дала" || len(gotFeed.Items) != 1 || gotFeed.Items[0].Title != "Мост открыт & ждёт" || gotFeed.Items[0].PublishedAt != "2026-04-06T05:00:00Z" {
		t.Errorf("feed: %+v", gotFeed)
	}
	var gotRates struct {
		Date  string
		Rates []struct {
			Code          string
			Nominal       int64
			Value, Change string
		}
	}
	decode(t, &gotRates, "inspect", "rates", rates, "--json")
	if gotRates.Date != "2026-04-01" || len(gotRates.Rates) != 2 || gotRates.Rates[0].Value != "478.77" || gotRates.Rates[0].Change != "2.44" || gotRates.Rates[1].Nominal != 100 {
		t.Errorf("rates: %+v", gotRates)
	}
	for name, tt := range map[string]struct{ body, out, stderr string }{
		"what is left out is named": {
			`<rates><date>01.04.2026</date><item><title>USD</title><description>478.77</description><quant>1</quant><change>-2.44</change></item>
			<item><title>EUR</title><description>0.0</description><quant>1</quant><change>0.00</change></item><item><title>GBP</title><description>n/a</description><quant>1</quant></item>
			<item><title>CNY</title><description>70</description><quant>0</quant></item><item><title></title><description>70</description><quant>1</quant></item>
			<item><title>RUB</title><description>6</description><quant>1</quant></item><item><title>RUB</title><description>7</description><quant>1</quant></item></rates>`,
			"2026-04-01 (1 currency)\n    1 USD      478.77  -2.44\n",
			"EUR: value 0.0 is not above zero\nGBP: value \"n/a\" is no number\nCNY: quant \"0\" is no number of units\n(no code): that is no code of a currency\n" +
				"RUB: listed twice, with different values: 6 for 1 and 7 for 1\n",
		},
		"a change that is not known": {
			`<ValCurs Date="01.04.2026"><Valute><CharCode>USD</CharCode><Nominal>1</Nominal><Value>80,5</Value></Valute><Valute><CharCode>KZT</CharCode><Nominal>100</Nominal><Value>16,1</Value></Valute></ValCurs>`,
			"2026-04-01 (2 currencies)\n    1 USD        80.5  –\n  100 KZT        16.1  –\n", "",
		},
		"none at all":         {`<rates><date>01.04.2026</date></rates>`, "2026-04-01 not published yet\n", ""},
		"of days long ago":    {`<rss><channel><item><title>USD</title><pubDate>18.04.16</pubDate><description>335.2</description><quant>1</quant><change>0.10</change></item><item><title>LVL</title><pubDate>31.12.13</pubDate><description>300</description><quant>1</quant></item></channel></rss>`, "2016-04-18 (1 currency)\n    1 USD       335.2  +0.10\n", "LVL: date \"31.12.13\" is not that of the list\n"},
		"none, and no date":   {`<rates></rates>`, "not published yet\n", ""},
		"a change of nothing": {`<rates><date>01.04.2026</date><item><title>USD</title><description>478</description><quant>1</quant><change>0.00</change></item></rates>`, "2026-04-01 (1 currency)\n    1 USD         478  0.00\n", ""},
	} {
		if out, stderr, code := call(t, nil, "inspect", "rates", write("list.xml", tt.body)); code != 0 || out != tt.out || stderr != tt.stderr {
			t.Errorf("%s: exit code %d\n%q\nwant\n%q\n%q\nwant\n%q", name, code, out, tt.out, stderr, tt.stderr)
		}
	}
	var gotPage struct{ URL, Title, Language, Text string }
	decode(t, &gotPage, "inspect", "page", page, "--json")
	if gotPage.Title != "Мост открыт" || gotPage.Language != "ru" || gotPage.URL != "https://dala.example/7" || strings.Count(gotPage.Text, "\n\n") < 4 || strings.Contains(gotPage.Text, "Меню") {
		t.Errorf("page: %+v", gotPage)
	}
	for _, args := range [][]string{{"inspect", "rates", page}, {"inspect", "feed", page}, {"inspect", "page", filepath.Join(dir, "missing.html")}, {"inspect", "rates", "http://127.0.0.1:9/"}} {
		if out, stderr, code := call(t, nil, args...); code != 1 || stderr == "" || out != "" {
			t.Errorf("%v: exit code %d, output %q, errors %q; want 1, nothing, a reason", args, code, out, stderr)
		}
	}
	russian := write("russian.xml", `<?xml version="1.0" encoding="utf-8"?><ValCurs Date="31.02.2026"><Valute><CharCode>USD</CharCode><Nominal>1</Nominal><Value>80,5</Value></Valute></ValCurs>`)
	if _, stderr, code := call(t, nil, "inspect", "rates", russian); code != 1 || !strings.Contains(stderr, "cbr: ") || !strings.Contains(stderr, "31.02.2026") {
		t.Errorf("a broken list of the other bank: exit code %d, %q", code, stderr)
	}
}

func decode(t *testing.T, v any, args ...string) {
	t.Helper()
	out, stderr, code := call(t, nil, args...)
	if code != 0 {
		t.Fatalf("%v: exit code %d: %s", args, code, stderr)
	}
	if err := json.Unmarshal([]byte(out), v); err != nil {
		t.Fatalf("%v: %v\n%s", args, err, out)
	}
}

func TestExtraCertificateAuthority(t *testing.T) {
	srv := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `<rates><date>%s</date><item><title>USD</title><description>500.5</description><quant>1</quant><index/><change>0.00</change></item></rates>`, r.URL.Query().Get("fdate"))
	}))
	defer srv.Close()
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	w := newTown(t)
	set := w.settings("sqlite:" + w.path("newsbot.db"))
	set["RATES_URL"] = srv.URL + "/rates"
	if out, _, code := call(t, set, "doctor"); code != 1 || !strings.Contains(out, "FAIL  rates: ") || !strings.Contains(out, "certificate") {
		t.Errorf("an unknown authority is trusted: exit code %d\n%s", code, out)
	}
	set["EXTRA_CA_FILE"] = w.path("ca.pem")
	if err := os.WriteFile(set["EXTRA_CA_FILE"], pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw}), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, _, code := call(t, set, "doctor"); code != 0 || !strings.Contains(out, "ok    rates: 1 currencies of nbk") {
		t.Errorf("the extra authority is not trusted: exit code %d\n%s", code, out)
	}
	set["EXTRA_CA_FILE"] = w.path("sources.yaml")
	if _, stderr, code := call(t, set, "doctor"); code != 2 || !strings.Contains(stderr, "EXTRA_CA_FILE: ") {
		t.Errorf("a file without certificates: exit code %d, %q", code, stderr)
	}
}

func TestWebhooksThatAreFine(t *testing.T) {
	for name, f := range map[string]flags{
		"none":                       {TelegramAPIURL: officialAPI},
		"usual port":                 {TelegramAPIURL: officialAPI, WebhookURL: "https://bot.example.kz/hook/"},
		"Telegram's other port":      {TelegramAPIURL: officialAPI + "/", WebhookURL: "https://bot.example.kz:8443"},
		"own server, own rules":      {TelegramAPIURL: "http://api.lan:8081", WebhookURL: "http://10.0.0.5:9000/hook"},
		"own server, not by default": {TelegramAPIURL: "http://api.lan:8081", WebhookURL: "https://bot.example.kz/"},
	} {
		secret := ""
		if f.WebhookURL != "" {
			secret = "s3cret"
		}
		if mistakes := webhookMistakes(f, secret); len(mistakes) > 0 {
			t.Errorf("%s: %v", name, mistakes)
		}
	}
}

func TestWebhook(t *testing.T) {
	w := newTown(t)
	w.emu.Inject(emulator.Fault{Method: "setWebhook", Kind: emulator.BadGatewayHTML, Times: 1})
	addr := freeAddress(t)
	p := w.start("sqlite:"+w.path("newsbot.db"), "HTTP_ADDR="+addr, "WEBHOOK_URL=http://"+addr+"/hook", "WEBHOOK_SECRET=s3cret-s3cret")
	p.says("telegram answers", 20*time.Second)
	w.say(reader, "/start")
	w.sees(reader, "Жаңалықтар")
	if strings.Contains(p.log.String(), "s3cret-s3cret") {
		t.Error("the webhook's secret is in the log")
	}
	w.valid()
}

// freeAddress is a loopback address that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}
