package main

import (
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"newsbot/internal/feed"
	"newsbot/internal/fetch"
	"newsbot/internal/locale"
	"newsbot/internal/rates"
)

// flags are the settings as they are typed: every field is a flag and, by the
// same name in capitals, an environment variable. They are plain strings so
// that settings can report every mistake at once instead of the first one.
type flags struct {
	TelegramBotToken      string `help:"Token that @BotFather gave the bot; required by run." placeholder:"TOKEN"`
	TelegramBotTokenFile  string `help:"File that holds the token instead." placeholder:"FILE"`
	TelegramAPIURL        string `name:"telegram-api-url" help:"Base address of the Bot API server." default:"https://api.telegram.org"`
	DatabaseURL           string `name:"database-url" help:"sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME." default:"${database}"`
	DatabaseURLFile       string `name:"database-url-file" help:"File that holds the database address instead." placeholder:"FILE"`
	AdminIDs              string `name:"admin-ids" help:"User ids of the editors, comma separated." placeholder:"ID,ID"`
	Approvals             yesNo  `help:"Let a broadcast go only when a second editor agrees." default:"false"`
	SourcesFile           string `help:"Sources to start with (YAML), imported when the database has none; the built-in list otherwise." placeholder:"FILE"`
	TopicsFile            string `help:"Words for the topics of news (YAML), on top of the built-in ones." placeholder:"FILE"`
	RatesProvider         string `help:"Whose rates are shown: nbk, the National Bank of Kazakhstan, or cbr, the Bank of Russia." default:"nbk"`
	RatesURL              string `name:"rates-url" help:"Where the provider's lists are, if not at its own address; the date is added." placeholder:"URL"`
	RatesBase             string `help:"Currency to give rates in, by its code; the provider's own by default. Another one is computed through its list." placeholder:"CODE"`
	RatesFallback         string `help:"Whose rates are shown beside the provider's while that is silent, labelled as such: none, nbk or cbr." default:"none"`
	RatesFallbackURL      string `name:"rates-fallback-url" help:"Where the fallback's lists are, if not at its own address." placeholder:"URL"`
	Timezone              string `help:"Time zone of new chats and of the jobs." default:"Asia/Almaty"`
	PollInterval          string `help:"Shortest time between two fetches of a source." default:"5m"`
	ContactURL            string `name:"contact-url" help:"Address of a page or mailto: that sites may turn to; named in the User-Agent." placeholder:"URL"`
	AllowPrivateAddresses yesNo  `help:"Let sources live on loopback and private networks." default:"false"`
	ExtraCAFile           string `name:"extra-ca-file" help:"Certificate authorities (PEM) to trust besides the system's, for sources and rates." placeholder:"FILE"`
	HTTPAddr              string `name:"http-addr" help:"Where /healthz, /readyz, /metrics and the webhook are served." default:"127.0.0.1:8080"`
	WebhookURL            string `name:"webhook-url" help:"Public https address for a webhook instead of long polling." placeholder:"URL"`
	WebhookSecret         string `help:"Secret that Telegram sends with each webhook call." placeholder:"SECRET"`
	WebhookSecretFile     string `help:"File that holds the webhook secret instead." placeholder:"FILE"`
	SendRate              string `help:"Messages a second for the whole bot." default:"30"`
	PaidBroadcast         yesNo  `help:"Send bulk with allow_paid_broadcast." default:"false"`
	LogLevel              string `help:"debug, info, warn or error." default:"info"`
	LogFormat             string `help:"text, or json for machines." default:"text"`
}

// withExtraCAs are the system's certificate authorities and those of a PEM file.
func withExtraCAs(path string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no certificate in PEM form", path)
	}
	return pool, nil
}

// hostSpacing lies between two requests to one site: few enough that nobody takes
// the bot for an attack, enough for fifty new articles within half a minute.
const hostSpacing = 500 * time.Millisecond

// reader is the client for everything that the outside world publishes.
func (s settings) reader() *fetch.Client {
	return fetch.New(fetch.Options{AllowPrivate: s.allowPrivate, UserAgent: userAgent(s.contact), RootCAs: s.rootCAs, Spacing: hostSpacing})
}

func readSourcesFile(path string) ([]feed.Source, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return feed.ReadSources(f)
}

func readTopicsFile(path string) (*feed.TopicTable, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return feed.ReadTopics(f)
}

// officialAPI is Telegram's own Bot API server.
const officialAPI = "https://api.telegram.org"

// defaultDatabase is a file in the directory that the bot is started in.
const defaultDatabase = "sqlite:newsbot.db"

// yesNo is a setting that is true or false. As a flag it may stand without a
// value; what it is given is kept as typed and judged with all other settings.
type yesNo string

// Decode takes the value of the flag, true when it has none.
func (y *yesNo) Decode(ctx *kong.DecodeContext) error {
	*y = "true"
	if ctx.Scan.Peek().Type == kong.FlagValueToken {
		*y = yesNo(fmt.Sprint(ctx.Scan.Pop().Value))
	}
	return nil
}

// IsBool tells kong that the flag needs no value.
func (*yesNo) IsBool() bool { return true }

// settings is what Newsbot runs with: flags that have been read and found right.
type settings struct {
	token         string
	apiURL        string
	databaseURL   string
	editors       []int64
	approvals     bool          // broadcasts need a second editor
	sources       []feed.Source // to start with
	topics        *feed.TopicTable
	ratesURL      string // empty: the provider's own
	fallbackURL   string
	board         rates.Board
	zone          *time.Location
	pollInterval  time.Duration
	contact       string // where sites may turn to; empty: nowhere
	allowPrivate  bool
	rootCAs       *x509.CertPool // nil: the system's
	httpAddr      string
	webhookURL    string
	webhookSecret string
	sendRate      float64
	paid          bool
	logLevel      slog.Level
	logJSON       bool
}

// usageError is a mistake in how the program was called: exit code 2.
type usageError struct{ err error }

func (e usageError) Error() string { return e.err.Error() }
func (e usageError) Unwrap() error { return e.err }

// envName is the environment variable of a flag: http-addr is HTTP_ADDR.
func envName(flag string) string {
	return strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// environment resolves flags that are not on the command line from getenv.
// An empty variable counts as not set, as compose files leave them.
func environment(getenv func(string) string) kong.Resolver {
	names := map[string]bool{}
	t := reflect.TypeFor[flags]()
	for i := range t.NumField() {
		name := t.Field(i).Tag.Get("name")
		if name == "" {
			name = kebab(t.Field(i).Name)
		}
		names[name] = true
	}
	return kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		if !names[flag.Name] {
			return nil, nil
		}
		if v := getenv(envName(flag.Name)); v != "" {
			return v, nil
		}
		return nil, nil
	})
}

var camelBorder = regexp.MustCompile(`([a-z])([A-Z])`)

func kebab(field string) string {
	return strings.ToLower(camelBorder.ReplaceAllString(field, "$1-$2"))
}

// contactShape is what may stand in a User-Agent without breaking its comment.
var contactShape = regexp.MustCompile(`^(?:https?://|mailto:)[^\s()<>"\\]{3,200}$`)

var secretShape = regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`)

// read turns the flags into settings, and reports all mistakes together as one
// usageError. needToken is false for commands that never call Telegram.
func (f flags) read(needToken bool) (settings, error) {
	s := settings{apiURL: f.TelegramAPIURL, sources: feed.Builtin(), ratesURL: f.RatesURL, httpAddr: f.HTTPAddr, webhookURL: f.WebhookURL}
	var mistakes []error
	wrong := func(flag, format string, args ...any) {
		mistakes = append(mistakes, fmt.Errorf("%s: %s", envName(flag), fmt.Sprintf(format, args...)))
	}
	secret := func(flag, value, file string) string {
		if file == "" {
			return strings.TrimSpace(value)
		}
		b, err := os.ReadFile(file)
		if err != nil {
			wrong(flag+"-file", "%v", err)
			return ""
		}
		text := strings.TrimSpace(string(b))
		switch {
		case value != "" && flag != "database-url": // that one has a default
			wrong(flag+"-file", "is set together with %s; set one of them", envName(flag))
		case text == "":
			wrong(flag+"-file", "%s is empty", file)
		}
		return text
	}
	yes := func(flag string, value yesNo) bool {
		b, err := strconv.ParseBool(string(value))
		if err != nil {
			wrong(flag, "is %q, want true or false", value)
		}
		return b
	}
	address := func(flag, value string, schemes ...string) {
		u, err := url.Parse(value)
		if err != nil || u.Host == "" {
			wrong(flag, "is not an address such as %s://host/", schemes[0])
			return
		}
		for _, scheme := range schemes {
			if u.Scheme == scheme {
				return
			}
		}
		wrong(flag, "must begin with %s://", strings.Join(schemes, ":// or "))
	}

	s.token = secret("telegram-bot-token", f.TelegramBotToken, f.TelegramBotTokenFile)
	switch {
	case s.token == "" && needToken && f.TelegramBotTokenFile == "":
		wrong("telegram-bot-token", "is not set; @BotFather gives one. To try Newsbot without a token: newsbot sandbox")
	case s.token != "" && !tokenShape.MatchString(s.token):
		wrong("telegram-bot-token", "does not look like a token, want digits:letters as @BotFather gave it")
	}
	s.databaseURL = secret("database-url", f.DatabaseURL, f.DatabaseURLFile)
	if s.databaseURL == "sqlite:" {
		wrong("database-url", "names no file, want sqlite:PATH")
	}
	if !strings.HasPrefix(s.databaseURL, "sqlite:") && !strings.HasPrefix(s.databaseURL, "postgres://") && !strings.HasPrefix(s.databaseURL, "postgresql://") {
		wrong("database-url", "must begin with sqlite: or postgres://")
	}
	s.webhookSecret = secret("webhook-secret", f.WebhookSecret, f.WebhookSecretFile)
	for _, id := range strings.FieldsFunc(f.AdminIDs, func(r rune) bool { return r == ',' || r == ' ' }) {
		n, err := strconv.ParseInt(id, 10, 64)
		if err != nil || n <= 0 {
			wrong("admin-ids", "%q is not a user id, want numbers such as 123456789,987654321", id)
			continue
		}
		s.editors = append(s.editors, n)
	}
	s.approvals = yes("approvals", f.Approvals)
	slices.Sort(s.editors)
	if s.editors = slices.Compact(s.editors); s.approvals && len(s.editors) < 2 {
		wrong("approvals", "needs a second editor: name two or more in ADMIN_IDS")
	}
	address("telegram-api-url", f.TelegramAPIURL, "https", "http")
	s.board = f.readBoard(wrong)
	s.fallbackURL = f.RatesFallbackURL
	for flag, value := range map[string]string{"rates-url": f.RatesURL, "rates-fallback-url": f.RatesFallbackURL} {
		if value != "" {
			address(flag, value, "https", "http")
		}
	}
	if f.SourcesFile != "" {
		sources, err := readSourcesFile(f.SourcesFile)
		if err != nil {
			wrong("sources-file", "%v", err)
		}
		s.sources = sources
	}
	if f.TopicsFile != "" {
		topics, err := readTopicsFile(f.TopicsFile)
		if err != nil {
			wrong("topics-file", "%v", err)
		}
		s.topics = topics
	}
	zone, err := time.LoadLocation(f.Timezone)
	if err != nil || f.Timezone == "" || f.Timezone == "Local" {
		wrong("timezone", "%q is not a time zone, want a name such as Asia/Almaty", f.Timezone)
	}
	s.zone = zone
	if s.pollInterval, err = time.ParseDuration(f.PollInterval); err != nil || s.pollInterval < time.Second {
		wrong("poll-interval", "is %q, want a duration of a second or more such as 5m", f.PollInterval)
	}
	if s.contact = f.ContactURL; s.contact != "" && !contactShape.MatchString(s.contact) {
		wrong("contact-url", "is %q, want an address such as https://example.kz/bot or mailto:news@example.kz", s.contact)
	}
	if f.ExtraCAFile != "" {
		if s.rootCAs, err = withExtraCAs(f.ExtraCAFile); err != nil {
			wrong("extra-ca-file", "%v", err)
		}
	}
	s.allowPrivate = yes("allow-private-addresses", f.AllowPrivateAddresses)
	s.paid = yes("paid-broadcast", f.PaidBroadcast)
	if _, err := net.ResolveTCPAddr("tcp", f.HTTPAddr); err != nil {
		wrong("http-addr", "is %q, want host:port such as 127.0.0.1:8080", f.HTTPAddr)
	}
	for _, mistake := range webhookMistakes(f, s.webhookSecret) {
		wrong(mistake.flag, "%s", mistake.text)
	}
	if s.sendRate, err = strconv.ParseFloat(f.SendRate, 64); err != nil || !(s.sendRate > 0 && s.sendRate <= 100_000) { // so that NaN is refused too
		wrong("send-rate", "is %q, want messages a second such as 30", f.SendRate)
	}
	if err := s.logLevel.UnmarshalText([]byte(f.LogLevel)); err != nil {
		wrong("log-level", "is %q, want debug, info, warn or error", f.LogLevel)
	}
	switch f.LogFormat {
	case "text", "json":
		s.logJSON = f.LogFormat == "json"
	default:
		wrong("log-format", "is %q, want text or json", f.LogFormat)
	}
	if len(mistakes) > 0 {
		return settings{}, usageError{fmt.Errorf("the settings do not hold:\n%w", errors.Join(mistakes...))}
	}
	return s, nil
}

// webhookMistakes is what is wrong with the settings of the webhook.
func webhookMistakes(f flags, secret string) (mistakes []struct{ flag, text string }) {
	wrong := func(flag, format string, args ...any) {
		mistakes = append(mistakes, struct{ flag, text string }{flag, fmt.Sprintf(format, args...)})
	}
	if f.WebhookURL == "" {
		if f.WebhookSecret+f.WebhookSecretFile != "" {
			wrong("webhook-secret", "is set without WEBHOOK_URL: set both for a webhook, or none for long polling")
		}
		return mistakes
	}
	if !secretShape.MatchString(secret) {
		wrong("webhook-secret", "is needed with WEBHOOK_URL: 1 to 256 letters, digits, _ and -")
	}
	// A server of one's own may take others.
	telegrams := strings.TrimRight(f.TelegramAPIURL, "/") == officialAPI
	u, err := url.Parse(f.WebhookURL)
	switch {
	case err != nil || u.Hostname() == "":
		wrong("webhook-url", "is not an address such as https://host/")
	case u.Scheme != "https" && (telegrams || u.Scheme != "http"):
		wrong("webhook-url", "must begin with https://")
	case telegrams && !slices.Contains([]string{"", "443", "80", "88", "8443"}, u.Port()):
		wrong("webhook-url", "names port %s, but Telegram takes only 443, 80, 88 and 8443", u.Port())
	case strings.ContainsAny(u.Path, "{}") || u.Path != "" && path.Clean(u.Path) != strings.TrimSuffix(u.Path, "/") && u.Path != "/":
		wrong("webhook-url", "has a path that is not plain, want one such as /telegram")
	case slices.Contains([]string{"/healthz", "/readyz", "/metrics"}, u.Path):
		wrong("webhook-url", "has the path %s, which is for something else; choose another", u.Path)
	}
	return mistakes
}

// readBoard reads whose rates are shown. It tells wrong of each setting that does not hold.
func (f flags) readBoard(wrong func(flag, format string, args ...any)) rates.Board {
	issuer, known := rates.IssuerOf(f.RatesProvider)
	if !known {
		wrong("rates-provider", "is %q, want nbk or cbr", f.RatesProvider)
	}
	base := strings.ToUpper(f.RatesBase)
	if base != "" && locale.New(locale.EN, nil).Currency(base) == "" {
		wrong("rates-base", "is %q, want the code of a currency such as KZT", f.RatesBase)
		return rates.Board{}
	}
	if !known {
		return rates.Board{}
	}
	book, err := rates.NewBook(issuer.ID, base)
	if err != nil {
		wrong("rates-base", "%v", err)
	}
	board := rates.Board{Book: book}
	switch f.RatesFallback {
	case "none", "":
		if f.RatesFallbackURL != "" {
			wrong("rates-fallback-url", "is set without RATES_FALLBACK")
		}
	case issuer.ID:
		wrong("rates-fallback", "is the provider itself, want another bank or none")
	default:
		fallback, err := rates.NewBook(f.RatesFallback, book.Base())
		if err != nil {
			wrong("rates-fallback", "is %q, want none, nbk or cbr", f.RatesFallback)
		}
		board.Fallback = &fallback
	}
	return board
}

var tokenShape = regexp.MustCompile(`^\d+:[A-Za-z0-9_-]+$`)
