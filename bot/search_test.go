package bot_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"newsbot/internal/article"
	"newsbot/internal/locale"
	"newsbot/internal/store"
)

// seedFound adds to seedNews what there is to leaf through, and indexes all of it.
func (d *desk) seedFound() {
	d.t.Helper()
	d.seedNews()
	for i := range 8 {
		topic := []string{"sport", "economy"}[i%2]
		_, err := d.db.RecordPoll(d.ctx(), d.clock().Add(-time.Hour), store.Poll{SourceID: "vestnik", NextPollAt: d.clock(), Items: []store.NewItem{{
			ID: fmt.Sprint("port", i), Title: fmt.Sprintf("Порт Актау, день %d", i+1), Link: fmt.Sprint("https://example.com/port/", i), Language: "ru", Topic: topic,
			PublishedAt: d.clock().Add(-time.Duration(60+i) * time.Minute),
			Blocks: []article.Block{{Kind: article.Paragraph, Text: "Утром дул ветер."},
				{Kind: article.Paragraph, Text: fmt.Sprintf("Через порт прошло %d контейнеров <груза> & больше, чем вчера; краны работали всю ночь, и очередь судов стала короче вдвое, говорят в управлении порта и в министерстве.", 1200+i)}},
		}}})
		d.must(err)
	}
	d.index()
}

func (d *desk) index() {
	d.t.Helper()
	for n := 1; n > 0; {
		var err error
		n, err = d.db.IndexArticles(d.ctx(), 50)
		d.must(err)
	}
}

// TestSearchScreens holds what a search and the topics look like, in each language.
func TestSearchScreens(t *testing.T) {
	for _, l := range locale.All() {
		t.Run(string(l), func(t *testing.T) {
			d := open(t, string(l))
			keep := func(name, got string) {
				t.Helper()
				if strings.Contains(got, "⟦") {
					t.Errorf("%s: a message is missing:\n%s", name, got)
				}
				golden(t, filepath.Join("testdata", "search", string(l), name+".golden"), got)
			}
			ask := func(name, text string) {
				t.Helper()
				keep(name, show(d.ask(reader, reader, text)))
			}
			d.ask(reader, reader, "/start")
			d.seedFound()
			ask("how", "/search")
			ask("no_words", "/search «» — !")
			list := d.ask(reader, reader, "/search порт контейнер -самолёт")
			keep("found", show(list))
			second, _, _ := d.press(reader, list, "▶")
			keep("found_page2", show(second))
			read, _, _ := d.press(reader, second, "7")
			keep("found_article", show(read))
			if back, _, _ := d.press(reader, read, "←"); back.Text != second.Text {
				t.Errorf("back is another list:\n%s", back.Text)
			}
			ask("phrase", "/search «через порт»")
			ask("story_once", "/search көпір")
			ask("loose", "/search костанайда мектептер")
			ask("slip", "/search бибилотека")
			ask("keyboard", "/search hjcn gjhn")
			ask("missing", "/search порт самолёт")
			ask("nothing", "/search дирижабль")
			ask("plain_text", "порт Актау")
			ask("by_news", "/news библиотека")
			d.must(d.db.SetNewsLanguages(d.ctx(), reader, []string{"kk"}))
			ask("other_languages", "/search библиотека")
			d.must(d.db.SetNewsLanguages(d.ctx(), reader, nil))

			ask("topic", "/news экономика")
			ask("topic_empty", "/news мәдениет")
			about, _, _ := d.press(reader, d.ask(reader, reader, "/news Sport"), "🏷")
			keep("topics", show(about))
			chosen, _, _ := d.press(reader, about, locale.New(l, nil).T("topic.economy"))
			read, _, _ = d.press(reader, chosen, "2")
			back, _, _ := d.press(reader, read, "←")
			if back.Text != chosen.Text || !strings.Contains(chosen.Text, "день 4") || strings.Contains(chosen.Text, "день 3") {
				t.Errorf("a list of a topic, and back to it:\n%s\n%s", chosen.Text, back.Text)
			}
			kept, _, _ := d.press(reader, back, "ENG")
			if !strings.Contains(kept.Text, locale.New(l, nil).T("topic.economy")) {
				t.Errorf("another language lost the topic:\n%s", kept.Text)
			}

			var b strings.Builder
			for _, text := range []string{"порт контей", "ашыл", "bridg", "qwertyuiop", "\"мост через\""} {
				fmt.Fprintf(&b, "> %s\n", text)
				for _, r := range d.inline(other, text).Results {
					fmt.Fprintf(&b, "[%s | %s]\n%s\n", r.Title, r.Description, r.Text)
				}
			}
			keep("inline", b.String())
		})
	}
}

// A list that a button leads to is the same after hours of other news, and a search
// that nobody asked for in a month leads to the news.
func TestSearchStaysPut(t *testing.T) {
	d := open(t, "ru")
	d.seedFound()
	list := d.ask(reader, reader, "/search порт")
	d.pass(time.Hour)
	_, err := d.db.RecordPoll(d.ctx(), d.clock(), store.Poll{SourceID: "vestnik", Items: []store.NewItem{
		{ID: "fresh1", Title: "Новый порт", Link: "https://example.com/fresh", Language: "ru", PublishedAt: d.clock()},
	}})
	d.must(err)
	d.index()
	second, _, _ := d.press(reader, list, "▶")
	first, _, _ := d.press(reader, second, "◀")
	if strings.Contains(first.Text, "Новый порт") || !strings.Contains(first.Text, "день 1") {
		t.Errorf("the first page has changed:\n%s", first.Text)
	}
	d.pass(40 * 24 * time.Hour)
	_, err = d.db.Prune(d.ctx(), d.clock(), store.PruneRule{Rows: 30 * 24 * time.Hour})
	d.must(err)
	news, _, _ := d.press(reader, first, "▶")
	contains(t, news.Text, "Новости")
}

// What somebody does not want is not looked for when their phrase is not found.
func TestSearchOffersNothingUnwanted(t *testing.T) {
	d := open(t, "en")
	d.seedFound()
	got := labels(d.ask(reader, reader, `/search "контейнеров порт" -"утром дул"`))
	if len(got) != 2 || got[0] != "🔎 контейнеров порт" {
		t.Errorf("offered %q", got)
	}
}

// Whatever is typed is an answer, and never an error.
func TestHostileSearches(t *testing.T) {
	d := open(t, "en")
	d.seedFound()
	for _, text := range []string{
		`порт" OR (`, `"`, `NEAR(порт 5)`, `порт* ^a {b}: c`, `'); DROP TABLE articles;--`, "<b>порт</b>", "порт & <script>", "😀👨‍👩‍👧", `-"порт`, "AND OR NOT",
		strings.Repeat("порт ", 700), `"` + strings.Repeat("порт ", 700), strings.Repeat("я", 3900), "%_%", "\\", "x:y | !w <-> v", "日本語", "q_aaaaaaaaaa", "порт \u202e порт",
	} {
		m := d.ask(reader, reader, "/search "+text)
		if strings.Contains(m.Text, "Something went wrong") {
			t.Errorf("%.40q: %s", text, m.Text)
		}
	}
}

// What is typed with a number in it is a question to the news when they have its
// word, and no unknown currency; a text that names something and is nowhere is
// answered with that.
func TestPlainTexts(t *testing.T) {
	d := open(t, "ru")
	d.seedFound()
	d.seedRates()
	const nothing, menu, money = "ничего не нашлось", "Что открыть?", "Не знаю валюты"
	for _, c := range []struct {
		name, text string
		want, not  []string
	}{
		{"a number of things", "2 моста", []string{"🔎 <b>2 моста</b>"}, []string{money, menu}},
		{"a number that no story has", "пять мостов", []string{"«пять мостов» " + nothing, "[🔎 мостов|"}, []string{money, menu}},
		{"no currency and no news", "100 xyzzy", []string{money + " «xyzzy»"}, []string{nothing}},
		{"a currency beside it", "100 рублей в мостах", []string{money + " «мостах»"}, []string{nothing}},
		{"a word", "мост", []string{"🔎 <b>мост</b>"}, []string{menu}},
		{"a word with a slip", "бибилотека", []string{nothing, "[🔎 библиотека|"}, []string{menu}},
		{"a word that is nowhere", "дирижабль", []string{"«дирижабль» " + nothing, menu}, []string{"🔎"}},
		{"no question", "Привет", []string{menu}, []string{nothing}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := show(d.ask(reader, reader, c.text))
			for _, want := range c.want {
				if !strings.Contains(got, want) {
					t.Errorf("no %q in:\n%s", want, got)
				}
			}
			for _, not := range c.not {
				if strings.Contains(got, not) {
					t.Errorf("%q in:\n%s", not, got)
				}
			}
		})
	}
}
