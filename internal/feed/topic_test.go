package feed

import (
	"strings"
	"testing"
)

func TestTopicOf(t *testing.T) {
	table := BuiltinTopics()
	for _, c := range []struct {
		name   string
		item   Item
		source []string
		want   string
	}{
		{"nothing", Item{}, nil, ""},
		{"the source's", Item{Title: "x"}, []string{"sport"}, "sport"},
		{"another name of it", Item{}, []string{"business"}, "economy"},
		{"what says nothing is passed over", Item{}, []string{"general", "tech"}, "technology"},
		{"the source's first", Item{}, []string{"general", "society", "politics"}, "society"},
		{"only what says little", Item{}, []string{"general", "society"}, "society"},
		{"a rubric before the source", Item{Categories: []string{"Политика"}}, []string{"sport"}, "politics"},
		{"Kazakh", Item{Categories: []string{"Жаңалықтар", "Мәдениет"}}, nil, "culture"},
		{"case, spaces and ё", Item{Categories: []string{"  ЗВЁЗДЫ "}}, nil, "culture"},
		{"two in one", Item{Categories: []string{"Главное / Спорт"}}, nil, "sport"},
		{"and", Item{Categories: []string{"Общество и экономика"}}, nil, "society"},
		{"whole before its pieces", Item{Categories: []string{"Наука и технологии"}}, nil, "technology"},
		{"what says more wins", Item{Categories: []string{"Общество", "Происшествия"}}, nil, "incidents"},
		{"unknown rubric", Item{Categories: []string{"Главное"}}, []string{"economy"}, "economy"},
		{"a part of a word is no word", Item{Categories: []string{"Спортлото"}}, nil, ""},
		{"hashtag", Item{Title: "Финал сыгран", Summary: "Подробности: #Алматы #футбол"}, nil, "sport"},
		{"hashtag of two words", Item{Title: "#ауыл_шаруашылығы күні"}, nil, "economy"},
		{"section of the address", Item{Link: "https://vesti.example/ru/v-mire/2026/sammit-1.html"}, []string{"economy"}, "world"},
		{"the article's own name is no section", Item{Link: "https://vesti.example/sport"}, nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := table.Of(c.item, c.source); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	if got := table.OfSource([]string{"general", "society", "sport"}); got != "society" {
		t.Errorf("a source of society and sport is of %q", got)
	}
	for _, topic := range Topics() {
		if got := table.Named(topic); got != topic {
			t.Errorf("%s is %q by its own name", topic, got)
		}
	}
}

func TestReadTopics(t *testing.T) {
	table, err := ReadTopics(strings.NewReader("culture: [Той, история города]\neconomy: [погода]\nnone: [Спорт]\n"))
	if err != nil {
		t.Fatal(err)
	}
	for word, want := range map[string]string{"той": "culture", "Погода": "economy", "спорт": "", "политика": "politics", "История  города": "culture"} {
		if got := table.Named(word); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
	for name, text := range map[string]string{
		"unknown topic":  "weather: [дождь]",
		"under two":      "sport: [той]\nculture: [Той]",
		"no word":        `sport: ["#"]`,
		"no list":        "sport: футбол: 1",
		"a list of them": "- sport",
		"empty":          "",
		"too big":        strings.Repeat("#", maxTopicsFile+1),
	} {
		if _, err := ReadTopics(strings.NewReader(text)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
