package locale

import (
	"embed"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed messages/*.yaml
var files embed.FS

// catalog is all messages, read once. The files are embedded and tested, so a
// broken one can only be a broken build.
type catalog struct {
	bundle *i18n.Bundle
	keys   map[Language]map[string]*i18n.Message
}

var load = sync.OnceValue(func() *catalog {
	c := &catalog{bundle: i18n.NewBundle(language.English), keys: map[Language]map[string]*i18n.Message{}}
	c.bundle.RegisterUnmarshalFunc("yaml", yaml.Unmarshal)
	for _, l := range All() {
		f, err := c.bundle.LoadMessageFileFS(files, "messages/"+string(l)+".yaml")
		if err != nil {
			panic(fmt.Sprintf("read messages of %s: %v", l, err))
		}
		c.keys[l] = make(map[string]*i18n.Message, len(f.Messages))
		for _, m := range f.Messages {
			c.keys[l][m.ID] = m
		}
	}
	return c
})

// Has says whether key is a message in every language.
func Has(key string) bool {
	for _, l := range All() {
		if load().keys[l][key] == nil {
			return false
		}
	}
	return true
}

// Raw is an argument of H that is Telegram HTML already.
type Raw string

// Printer writes for one reader: in a language, with times of a zone. It is
// safe for concurrent use.
type Printer struct {
	lang      Language
	zone      *time.Location
	localizer *i18n.Localizer
	bank      bank
	words     map[string]string // of the bank, for every message
}

// New makes a printer. A nil zone is UTC; a language that Newsbot does not
// speak is English.
func New(l Language, zone *time.Location) *Printer {
	if !l.Valid() {
		l = EN
	}
	if zone == nil {
		zone = time.UTC
	}
	p := &Printer{lang: l, zone: zone, localizer: i18n.NewLocalizer(load().bundle, string(l), string(EN))}
	return p.Of("nbk", "KZT", false)
}

// Language is the language of the printer.
func (p *Printer) Language() Language { return p.lang }

// Zone is the time zone of the printer.
func (p *Printer) Zone() *time.Location { return p.zone }

// T is the message as plain text, for buttons, toasts and menus. args are
// pairs of a placeholder's name and its value, as in slog. The value of Count,
// an int, also picks the plural form; ints are written as the language does.
func (p *Printer) T(key string, args ...any) string { return p.render(key, args, false) }

// H is the message as Telegram HTML. Every value but Raw is escaped.
func (p *Printer) H(key string, args ...any) string { return p.render(key, args, true) }

func (p *Printer) render(key string, args []any, html bool) string {
	config := i18n.LocalizeConfig{MessageID: p.twin(key)}
	data := make(map[string]string, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		name, _ := args[i].(string)
		var text string
		switch v := args[i+1].(type) {
		case Raw:
			text = string(v)
		case int:
			if name == "Count" {
				config.PluralCount = v
			}
			text = p.Int(int64(v))
		case int64:
			text = p.Int(v)
		case string:
			text = v
			if html {
				text = Escape(v)
			}
		default:
			text = fmt.Sprint(v)
			if html {
				text = Escape(text)
			}
		}
		data[name] = text
	}
	p.withWords(data, html)
	config.TemplateData = data
	text, err := p.localizer.Localize(&config)
	if err != nil && text == "" {
		// Not in English either. The brackets make every screen test that
		// meets them fail; a reader at least sees where it is missing.
		return "⟦" + key + "⟧"
	}
	return text
}

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

// Escape makes s safe as text or as an attribute's value in Telegram HTML.
// Control characters, which Telegram drops or counts in surprising ways, go.
func Escape(s string) string {
	s = strings.Map(func(r rune) rune {
		if (r < ' ' && r != '\n' && r != '\t') || r == 0x7f {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return escaper.Replace(s)
}
