package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"newsbot/internal/emulator"
	"newsbot/internal/locale"
)

// edition is a site with one article, whose feed and page say what they are told to.
type edition struct {
	web *httptest.Server

	mu                  sync.Mutex
	path, title, figure string
}

func newEdition(t *testing.T, title, figure string) *edition {
	e := &edition{path: "/news/bridge-7", title: title, figure: figure}
	e.web = httptest.NewServer(e)
	t.Cleanup(e.web.Close)
	return e
}

func (e *edition) says(path, title, figure string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.path, e.title, e.figure = path, title, figure
}

func (e *edition) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if r.URL.Path == "/rss" {
		fmt.Fprintf(w, `<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Вести</title><item><title>%s</title><link>%s%s</link></item></channel></rss>`,
			e.title, e.web.URL, e.path) //nolint:errcheck // a test server
		return
	}
	fmt.Fprintf(w, `<!doctype html><html lang="ru"><head><meta charset="utf-8"><title>%[1]s</title><link rel="canonical" href="/news/bridge-7"></head><body><article><h1>%[1]s</h1>
		<p>Новый мост через реку Или открыли утром для всех машин, кроме грузовых, сообщили в акимате области.</p>
		<p>Строительство обошлось в %[2]s миллиардов тенге из республиканского и областного бюджетов.</p>
		<p>Старую переправу оставят велосипедистам и пешеходам, на берегу обустроят смотровую площадку.</p></article></body></html>`, e.title, e.figure) //nolint:errcheck // a test server
}

// TestSourceEditsAnArticle: a reader has an article open, its source edits it and later
// lists the page's AMP. The reader sees that it was updated, what it says now and what it
// was before, and the story is one.
func TestSourceEditsAnArticle(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, database string) {
		w := newTown(t)
		const first, second = "Мост через Или открыли раньше срока", "Мост через Или открыли: грузовикам нельзя"
		e := newEdition(t, first, "сорок шесть")
		list := fmt.Sprintf("- id: vesti\n  title: Вести\n  url: %s/rss\n  kind: feed\n  language: ru\n", e.web.URL)
		if err := os.WriteFile(w.path("sources.yaml"), []byte(list), 0o644); err != nil {
			t.Fatal(err)
		}
		p := w.start(database)
		say := locale.New(locale.RU, time.UTC)
		w.say(other, "/start")
		w.sees(other, say.T("digest.title"))
		var news emulator.Message
		eventually(t, 30*time.Second, "the article in the news", func() bool {
			m := w.sayIn(other, other, "/news")
			answered := func() (emulator.Message, bool) {
				for _, x := range w.emu.Messages(other) {
					if x.Outgoing && x.ID > m.ID {
						return x, true
					}
				}
				return emulator.Message{}, false
			}
			eventually(t, 15*time.Second, "an answer", func() bool { _, ok := answered(); return ok })
			news, _ = answered()
			return strings.Contains(news.Text, first)
		})
		// opens opens the first article of the list, and comes back to the list if it is not as expected.
		opens := func(ok func(m emulator.Message) bool) bool {
			w.presses(other, current(w, news), "1")
			w.becomes(news, "an article", func(m emulator.Message) bool { return hasButton(m, say.T("article.back")) })
			if ok(current(w, news)) {
				return true
			}
			w.presses(other, current(w, news), say.T("article.back"))
			w.becomes(news, "the list", func(m emulator.Message) bool { return hasButton(m, say.T("button.refresh")) })
			return false
		}
		eventually(t, 30*time.Second, "its text", func() bool {
			return opens(func(m emulator.Message) bool { return strings.Contains(m.Text, "сорок шесть") })
		})
		if m := current(w, news); strings.Contains(m.Text, "Обновлено") || hasButton(m, "🕓") {
			t.Errorf("nothing has changed yet:\n%s", m.Text)
		}
		w.presses(other, current(w, news), say.T("article.back"))
		w.becomes(news, "the list", func(m emulator.Message) bool { return hasButton(m, say.T("button.refresh")) })

		e.says("/news/bridge-7", second, "сорок девять")
		eventually(t, 60*time.Second, "the article as it is now", func() bool {
			return opens(func(m emulator.Message) bool {
				return strings.Contains(m.Text, second) && strings.Contains(m.Text, "сорок девять") && regexp.MustCompile(`Обновлено: .*\d\d:\d\d`).MatchString(m.Text)
			})
		})
		article := current(w, news).Text
		w.presses(other, current(w, news), "🕓")
		w.becomes(news, "what it was", func(m emulator.Message) bool {
			return strings.Contains(m.Text, "Прежний заголовок: "+first) && strings.Contains(m.Text, "сорок шесть") && strings.Contains(m.Text, "сорок девять")
		})
		w.presses(other, current(w, news), say.T("article.to_article"))
		w.becomes(news, "the article again", func(m emulator.Message) bool { return m.Text == article })

		e.says("/amp/news/bridge-7", second, "сорок девять")
		eventually(t, 60*time.Second, "the AMP to come", func() bool { return strings.Count(p.log.String(), "new articles") >= 2 })
		w.presses(other, current(w, news), say.T("article.back"))
		w.becomes(news, "the list", func(m emulator.Message) bool { return hasButton(m, say.T("button.refresh")) })
		eventually(t, 30*time.Second, "one story", func() bool {
			w.presses(other, current(w, news), say.T("button.refresh"))
			time.Sleep(300 * time.Millisecond)
			m := current(w, news)
			return strings.Contains(m.Text, "1.") && !strings.Contains(m.Text, "2.")
		})
		if code := p.stop(); code != 0 {
			t.Errorf("exit code %d", code)
		}
		w.valid()
	})
}
