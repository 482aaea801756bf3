package newsroom

import (
	"fmt"
	"hash/fnv"
)

// site is one publisher.
type site struct {
	id, title, slogan string
	lang              string // kk, ru, en
	kind              string // feed, html
	feed              string // path of the feed or list under the site
	article           string // pattern of an article's path: %s is the slug, %d its number when there is one
	numbered          bool
	query             string // tracking query glued to the feed's links
	charset           string // of feed and pages; empty means UTF-8
	topics            []string
	selectors         *sourceSelectors
	write             func(f feedData) ([]byte, string) // the feed's bytes (UTF-8) and content type
	accent            string                            // CSS colour
}

// articlePath is where a story lives under its site.
func (s *site) articlePath(slug string) string {
	if !s.numbered {
		return fmt.Sprintf(s.article, slug)
	}
	h := fnv.New32a()
	h.Write([]byte(s.id + "/" + slug)) // a hash never fails to write
	return fmt.Sprintf(s.article, slug, 10000+h.Sum32()%80000)
}

// sites are the publishers, each with another way of publishing.
func sites() []*site {
	return []*site{
		{
			id: "kurier", title: "Степной курьер", slogan: "Новости большой страны", lang: "ru", kind: "feed",
			feed: "rss.xml", article: "news/%s.html", charset: "windows-1251",
			topics: []string{"society", "politics", "incidents"}, write: writeTeaserRSS, accent: "#8a1c1c",
		},
		{
			id: "shugyla", title: "Шұғыла", slogan: "Қазақстан жаңалықтары", lang: "kk", kind: "feed",
			feed: "atom.xml", article: "kk/news/%s",
			topics: []string{"society", "politics", "culture"}, write: writeAtom, accent: "#0a6a74",
		},
		{
			id: "steppepost", title: "The Steppe Post", slogan: "Central Asia in plain English", lang: "en", kind: "feed",
			feed: "feed.json", article: "story/%s",
			topics: []string{"world", "society", "culture"}, write: writeJSONFeed, accent: "#1d4f91",
		},
		{
			id: "semrek", title: "Семь рек", slogan: "Центр информации Юго-Востока", lang: "ru", kind: "html",
			feed: "novosti", article: "novosti/%s-u%d", numbered: true,
			topics: []string{"society", "incidents", "sport"},
			selectors: &sourceSelectors{
				Item: ".news_list .news_item", Title: "a.news_title", Link: "a.news_title", Date: "p.news_date",
			},
			accent: "#2d6b32",
		},
		{
			id: "dala", title: "Дала үні", slogan: "Елдің сөзі, жердің үні", lang: "kk", kind: "feed",
			feed: "feed/", article: "%s/",
			topics: []string{"society", "sport", "culture", "technology"}, write: writeFullRSS, accent: "#a8630b",
		},
		{
			id: "tengedelo", title: "Тенге и дело", slogan: "Деньги, рынки, промышленность", lang: "ru", kind: "feed",
			feed: "export/news.rss", article: "articles/%s", query: "?utm_source=rss&utm_medium=feed&utm_campaign=news",
			topics: []string{"economy", "technology"}, write: writeYandexRSS, accent: "#3b2a7a",
		},
		{
			id: "ledger", title: "Caspian Ledger", slogan: "Business between two seas", lang: "en", kind: "feed",
			feed: "rss", article: "business/%s.html",
			topics: []string{"economy", "technology"}, write: writeMediaRSS, accent: "#0f3d3e",
		},
	}
}

// topicNames are the rubrics as each language's press calls them.
var topicNames = map[string]map[string]string{
	"economy":    {"ru": "Экономика", "kk": "Экономика", "en": "Economy"},
	"politics":   {"ru": "Политика", "kk": "Саясат", "en": "Politics"},
	"society":    {"ru": "Общество", "kk": "Қоғам", "en": "Society"},
	"incidents":  {"ru": "Происшествия", "kk": "Оқиға", "en": "Incidents"},
	"sport":      {"ru": "Спорт", "kk": "Спорт", "en": "Sport"},
	"world":      {"ru": "В мире", "kk": "Әлем", "en": "World"},
	"technology": {"ru": "Технологии", "kk": "Технология", "en": "Technology"},
	"culture":    {"ru": "Культура", "kk": "Мәдениет", "en": "Culture"},
}
