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

// edits changes the article bridge1 twice, as its source would: the headline, and hours
// later the text as well.
func (d *desk) edits() {
	d.t.Helper()
	poll := func(title string, text []article.Block) {
		_, err := d.db.RecordPoll(d.ctx(), d.clock(), store.Poll{SourceID: "vestnik", NextPollAt: d.clock().Add(time.Hour), Items: []store.NewItem{{
			ID: "bridge1", Link: "https://example.com/vestnik/bridge1", Language: "ru", Title: title, Blocks: text,
		}}})
		d.must(err)
	}
	before := paragraphs(3, "Мост соединил два берега.", "По нему прошла первая колонна машин.")
	poll("Мост через Или <открыли> & проверили", before)
	d.pass(3 * time.Hour)
	after := append(paragraphs(2, "Мост соединил два берега.", "По нему прошла первая колонна машин."),
		article.Block{Kind: article.Paragraph, Text: "Грузовикам тяжелее 20 тонн въезд закрыт: \"a < b\" & точка."})
	poll("Мост через Или открыли, грузовикам въезд закрыт", after)
	d.pass(10 * time.Minute)
}

// A reader sees when an article was changed, and a tap away what it was before.
func TestRevisionsScreen(t *testing.T) {
	for _, l := range locale.All() {
		t.Run(string(l), func(t *testing.T) {
			d := open(t, string(l))
			d.ask(reader, reader, "/start")
			d.must(d.db.SetChatLanguage(d.ctx(), reader, string(l)))
			d.must(d.db.SetNewsLanguages(d.ctx(), reader, []string{"ru"}))
			d.seedNews()
			list, old := d.ask(reader, reader, "/news"), d.ask(reader, reader, "/news")
			opened, _, _ := d.press(reader, list, "3")
			if strings.Contains(strings.Join(labels(opened), " "), "🕓") {
				t.Errorf("nothing has changed yet: %v", labels(opened))
			}
			d.edits()
			now, _, _ := d.press(reader, old, "3") // from an old list: the text of now
			before, _, _ := d.press(reader, now, "🕓")
			back, _, _ := d.press(reader, before, "←")
			if back.HTML() != now.HTML() {
				t.Errorf("back is another screen:\n%s", back.HTML())
			}
			golden(t, filepath.Join("testdata", "revisions", string(l)+".golden"), show(now)+"—\n"+show(before))
		})
	}
}

// What an article was is paged, and every page is one that Telegram takes.
func TestRevisionsArePaged(t *testing.T) {
	d := open(t, "en")
	d.ask(reader, reader, "/start")
	d.seedNews()
	d.must(d.db.SetNewsLanguages(d.ctx(), reader, []string{"ru"}))
	for i := range 9 {
		_, err := d.db.RecordPoll(d.ctx(), d.clock(), store.Poll{SourceID: "vestnik", NextPollAt: d.clock().Add(time.Hour), Items: []store.NewItem{{
			ID: "bridge1", Link: "https://example.com/vestnik/bridge1", Language: "ru", Title: fmt.Sprintf("<b>Версия %d</b> & ", i) + strings.Repeat("слово ", 45),
			Blocks: paragraphs(12, fmt.Sprintf("Версия %d: <i>мост</i> & берега.", i), strings.Repeat("Колонна машин 😀 прошла. ", 12)),
		}}})
		d.must(err)
		d.pass(2 * time.Hour)
	}
	article, _, _ := d.press(reader, d.ask(reader, reader, "/news"), "3")
	contains(t, article.Text, "Версия 8", "Updated ")
	screen, _, _ := d.press(reader, article, "🕓")
	pages, seen := 0, ""
	for ; pages < 50; pages++ {
		if units := len([]rune(screen.Text)); units > 4096 {
			t.Errorf("page %d has %d characters", pages, units)
		}
		seen += screen.Text
		if button(t, screen, "▶").Data == "x:last" {
			break
		}
		screen, _, _ = d.press(reader, screen, "▶")
	}
	if pages < 5 {
		t.Errorf("%d pages", pages)
	}
	contains(t, seen, "Версия 7: <i>мост</i>", "Мост через Или открыли на месяц раньше срока", "Мост соединил два берега.")
	lacks(t, seen, "Версия 2:") // of the middle ones nothing is kept
	first, _, _ := d.press(reader, screen, "←")
	contains(t, first.Text, "Версия 8")
	// Of an article that is gone the button leads to the list.
	screen, _, _ = d.press(reader, first, "🕓")
	d.pass(200 * time.Hour)
	_, err := d.db.RecordPoll(d.ctx(), d.clock(), store.Poll{SourceID: "vestnik", Items: []store.NewItem{
		{ID: "fresh1", Title: "Новое", Link: "https://example.com/fresh", Language: "ru", PublishedAt: d.clock()},
	}})
	d.must(err)
	_, err = d.db.Prune(d.ctx(), d.clock(), store.PruneRule{Articles: time.Hour})
	d.must(err)
	_, _, a := d.press(reader, screen, "▶")
	contains(t, a.Text, "gone")
}
