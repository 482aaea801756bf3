package bot_test

import (
	"strings"
	"testing"
	"time"

	"newsbot/internal/store"
)

// A story in several languages is a line of the list, in the reader's language; its
// other tellings are a tap away, those in languages that the chat does not read are not.
func TestStoryInTheReadersLanguage(t *testing.T) {
	d := open(t, "kk")
	d.ask(reader, reader, "/start")
	d.must(d.db.SetChatLanguage(d.ctx(), reader, "kk"))
	d.seedNews()
	list := d.ask(reader, reader, "/news")
	if text := list.HTML(); !strings.Contains(text, "Іле өзеніндегі көпір") || strings.Contains(text, "Мост через Или") || !strings.Contains(text, "тағы: РУС, ENG") {
		t.Errorf("the list:\n%s", text)
	}
	article, _, _ := d.press(reader, list, "6")
	if !strings.Contains(article.HTML(), "Көпір екі жағалауды қосты.") {
		t.Errorf("opened:\n%s", article.HTML())
	}
	russian, _, _ := d.press(reader, article, "Тағы: РУС · Вестник & Ко")
	if !strings.Contains(russian.HTML(), "По нему прошла первая колонна машин.") {
		t.Errorf("in Russian:\n%s", russian.HTML())
	}
	back, _, _ := d.press(reader, russian, "Тағы: ҚАЗ · Дала тынысы")
	if back.HTML() != article.HTML() {
		t.Errorf("back again:\n%s", back.HTML())
	}

	d.must(d.db.SetNewsLanguages(d.ctx(), reader, []string{"kk", "ru"}))
	article, _, _ = d.press(reader, d.ask(reader, reader, "/news"), "5") // of those in Kazakh and Russian
	if article.HTML() != back.HTML() {
		t.Fatalf("the fifth is another one:\n%s", article.HTML())
	}
	if k := strings.Join(labels(article), ", "); !strings.Contains(k, "Тағы: РУС") || strings.Contains(k, "ENG") {
		t.Errorf("buttons: %s", k)
	}
}

// Where an article has no text, that of another source of its story is offered.
func TestTextOfAnotherSource(t *testing.T) {
	d := open(t, "ru")
	d.ask(reader, reader, "/start")
	d.seedNews()
	now := d.clock()
	poll := func(source string, age time.Duration, it store.NewItem) {
		it.Language, it.StoryID, it.Link, it.PublishedAt = "ru", "dam", "https://example.com/"+it.ID, now.Add(-age)
		_, err := d.db.RecordPoll(d.ctx(), now.Add(-age), store.Poll{SourceID: source, NextPollAt: now.Add(time.Hour), Items: []store.NewItem{it}})
		d.must(err)
	}
	poll("vestnik", 2*time.Minute, store.NewItem{ID: "dam1", Title: "Плотину достроили"})
	d.must(d.db.FailText(d.ctx(), now, "dam1", "no text", time.Time{}))
	poll("dala", time.Minute, store.NewItem{ID: "dam2", Title: "Плотина готова", Blocks: paragraphs(2, "Плотина удержит паводок.")})
	d.must(d.db.SetChatLanguage(d.ctx(), reader, "en"))
	list := d.ask(reader, reader, "/news")
	article, _, _ := d.press(reader, list, "1")
	whole, _, _ := d.press(reader, article, "Full text: Дала тынысы")
	if !strings.Contains(whole.HTML(), "Плотина удержит паводок.") {
		t.Errorf("its text:\n%s", whole.HTML())
	}
	if strings.Contains(strings.Join(labels(whole), ", "), "Full text") {
		t.Errorf("a text that is there is offered: %s", strings.Join(labels(whole), ", "))
	}
}
