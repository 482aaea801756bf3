package bot_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"newsbot/internal/article"
	"newsbot/internal/feed"
	"newsbot/internal/rates"
	"newsbot/internal/store"
)

// paragraphs makes a text of n paragraphs out of sentences.
func paragraphs(n int, sentences ...string) []article.Block {
	blocks := []article.Block{}
	for i := range n {
		if i%5 == 4 {
			blocks = append(blocks, article.Block{Kind: article.Heading, Text: fmt.Sprintf("%d. %s", i/5+1, sentences[0])})
		}
		blocks = append(blocks, article.Block{Kind: article.Paragraph, Text: fmt.Sprintf("(%d) %s", i+1, strings.Join(sentences, " "))})
	}
	return blocks
}

// seedNews stores three sources and 20 articles, newest last: among them one
// with a long text, one whose text is pending, one whose text failed, one
// story told by three sources, and titles that HTML would choke on.
func (d *desk) seedNews() {
	d.t.Helper()
	now := d.clock()
	_, _, err := d.db.ImportSources(d.ctx(), now.Add(-48*time.Hour), []feed.Source{
		{ID: "dala", Title: "Дала тынысы", URL: "http://127.0.0.1/dala.xml", Kind: feed.KindFeed, Language: "kk"},
		{ID: "vestnik", Title: "Вестник & Ко", URL: "http://127.0.0.1/vestnik.xml", Kind: feed.KindFeed, Language: "ru"},
		{ID: "steppe", Title: "Steppe Post", URL: "http://127.0.0.1/steppe.xml", Kind: feed.KindFeed, Language: "en"},
	})
	d.must(err)
	poll := func(source string, age time.Duration, items ...store.NewItem) {
		d.t.Helper()
		for i := range items {
			items[i].PublishedAt = now.Add(-age)
			items[i].Link = "https://example.com/" + source + "/" + items[i].ID
			if items[i].Language == "" {
				items[i].Language = map[string]string{"dala": "kk", "vestnik": "ru", "steppe": "en"}[source]
			}
		}
		_, err := d.db.RecordPoll(d.ctx(), now.Add(-age), store.Poll{SourceID: source, NextPollAt: now.Add(time.Hour), Items: items})
		d.must(err)
	}
	for i := range 4 {
		n := 4 - i
		poll("dala", time.Duration(20+n)*time.Hour, store.NewItem{ID: fmt.Sprintf("kkold%d", n), Title: fmt.Sprintf("Ауыл кітапханасына %d жаңа кітап келді", n+1), Blocks: paragraphs(2, "Кітаптарды оқырмандар өздері таңдады.")})
		poll("vestnik", time.Duration(20+n)*time.Hour-10*time.Minute, store.NewItem{ID: fmt.Sprintf("ruold%d", n), Title: fmt.Sprintf("Библиотека получила %d новых книг", n+1), Blocks: paragraphs(2, "Книги выбрали сами читатели.")})
		poll("steppe", time.Duration(20+n)*time.Hour-20*time.Minute, store.NewItem{ID: fmt.Sprintf("enold%d", n), Title: fmt.Sprintf("A village library received %d new books", n+1), Blocks: paragraphs(2, "Readers chose the books themselves.")})
	}
	poll("vestnik", 9*time.Hour, store.NewItem{
		ID: "bridge1", StoryID: "bridge", Title: "Мост через Или открыли на месяц раньше срока", Author: "Д. Оспанов", Image: "https://example.com/bridge.jpg",
		Blocks: paragraphs(3, "Мост соединил два берега.", "По нему прошла первая колонна машин."),
	})
	poll("dala", 8*time.Hour, store.NewItem{ID: "bridge2", StoryID: "bridge", Title: "Іле өзеніндегі көпір мерзімінен бұрын ашылды", Blocks: paragraphs(2, "Көпір екі жағалауды қосты.")})
	poll("steppe", 7*time.Hour, store.NewItem{ID: "bridge3", StoryID: "bridge", Title: "Bridge over the Ili opens a month early", Blocks: paragraphs(2, "The bridge joins both banks.")})
	poll("dala", 3*time.Hour, store.NewItem{ID: "pending1", Title: "Алматыда көктемгі ағаш егу басталды", Summary: "Бір аптада он мың көшет отырғызылады."})
	poll("steppe", 2*time.Hour, store.NewItem{ID: "failed1", Title: "A chess school opens in Shymkent", Summary: "It will teach 300 children <for free>."})
	d.must(d.db.FailText(d.ctx(), now, "failed1", "no text", time.Time{}))
	poll("vestnik", 40*time.Minute, store.NewItem{
		ID: "hostile1", Title: `Цены <b>растут</b>: "1 < 2" & $1,5 млн — ` + strings.Repeat("очень длинный заголовок ", 12), Author: "Вестник & Ко",
		Blocks: []article.Block{{Kind: article.Quote, Text: "a < b && c > d"}, {Kind: article.ListItem, Text: "<script>alert(1)</script>"}, {Kind: article.Paragraph, Text: "Конец."}},
	})
	poll("dala", 30*time.Minute, store.NewItem{ID: "kknew1", Title: "Қостанайда жаңа мектеп ашылды", Image: "https://example.com/school.jpg", Blocks: paragraphs(4, "Мектепте алты жүз бала оқиды.", "Құрылыс екі жылға созылды.")})
	poll("vestnik", 5*time.Minute, store.NewItem{
		ID: "long1", Title: "Как степная река вернулась в своё русло", Author: "Анна Ким", Image: "https://example.com/river.jpg",
		Blocks: append([]article.Block{{Kind: article.Image, Text: "Лодки на Сарысу. Фото: А. Ким", URL: "https://example.com/river.jpg"}}, paragraphs(24, "Река вернулась весной, когда её уже не ждали.", "Старики помнили её полноводной, дети знали только по рассказам.",
			"Теперь у воды снова стоят лодки, и вечером слышно, как играет рыба.", "Гидрологи объясняют это тремя снежными зимами подряд.")...),
	})
}

// day makes a list of rates: code, nominal, value, change.
func day(date time.Time, list ...[4]string) rates.Day {
	r := rates.Day{Date: date}
	for _, x := range list {
		r.Rates = append(r.Rates, rates.Rate{
			Code: x[0], Nominal: decimal.RequireFromString(x[1]).IntPart(),
			Value: decimal.RequireFromString(x[2]), Change: decimal.RequireFromString(x[3]),
		})
	}
	return r
}

// seedRates stores yesterday's and today's rates; CNY has none today.
func (d *desk) seedRates() {
	d.t.Helper()
	d.must(d.db.Rates(rates.Book{}).Save(d.ctx(), d.clock(), day(time.Date(2026, 4, 6, 0, 0, 0, 0, time.UTC),
		[4]string{"USD", "1", "476.33", "0"}, [4]string{"EUR", "1", "515.9", "0"}, [4]string{"RUB", "1", "5.68", "0"},
		[4]string{"CNY", "1", "65.6", "0"}, [4]string{"UZS", "100", "3.99", "0"}, [4]string{"JPY", "1", "3", "0"})))
	d.must(d.db.Rates(rates.Book{}).Save(d.ctx(), d.clock(), day(time.Date(2026, 4, 7, 0, 0, 0, 0, time.UTC),
		[4]string{"USD", "1", "478.77", "2.44"}, [4]string{"EUR", "1", "513.13", "-2.77"}, [4]string{"RUB", "1", "5.68", "0"},
		[4]string{"UZS", "100", "3.98", "-0.01"}, [4]string{"JPY", "1", "3", "0"})))
}
