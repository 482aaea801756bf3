package newsroom

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"time"
)

// pageFiles are the publishers' designs: one template an article page of each
// site, and the ones that sites share.
//
//go:embed pages
var pageFiles embed.FS

// pageSet are the templates by name: a site's id, "front", "list" and "index".
type pageSet map[string]*template.Template

func loadPages(sites []*site) (pageSet, error) {
	names := []string{"front", "list", "index"}
	for _, s := range sites {
		names = append(names, s.id)
	}
	set := pageSet{}
	for _, name := range names {
		t, err := template.ParseFS(pageFiles, "pages/"+name+".html")
		if err != nil {
			return nil, fmt.Errorf("parse page %s: %w", name, err)
		}
		set[name] = t
	}
	return set, nil
}

// pageBlock is a block of text ready for a page.
type pageBlock struct {
	Kind  string
	HTML  template.HTML
	Items []template.HTML
	Rows  [][]string
	Image string
	Index int
}

// headline is a link to a story.
type headline struct {
	Title, Short, URL, Image, Topic, Lead string
	Date                                  string
}

// remark is a reader's comment under a story.
type remark struct{ Name, Text string }

// articlePage is what an article's template shows.
type articlePage struct {
	Site, Slogan, Lang, Home, Accent, Charset string
	Title, Author, Topic, Lead                string
	URL, Image, Caption                       string
	Date, DateISO                             string // empty when the page does not say
	Blocks                                    []pageBlock
	More, Popular                             []headline
	Remarks                                   []remark
	Words                                     map[string]string
	Number                                    uint32
	LD                                        map[string]any
	Year                                      int
	Minutes                                   int
}

// words are the small print of a page by language.
var words = map[string]map[string]string{
	"ru": {"readalso": "Читайте также", "share": "Поделиться", "popular": "Популярное", "comments": "Комментарии", "photo": "Фото", "subscribe": "Наши новости теперь в мессенджере! Подписывайтесь", "home": "Главная", "about": "О редакции", "ads": "Реклама", "rights": "Все права защищены. При перепечатке ссылка обязательна.", "views": "просмотров", "search": "Поиск", "latest": "Последние новости", "cookie": "Мы используем файлы cookie, чтобы сайт работал лучше."},
	"kk": {"readalso": "Тағы оқыңыз", "share": "Бөлісу", "popular": "Көп оқылған", "comments": "Пікірлер", "photo": "Сурет", "subscribe": "Жаңалықтарымызды мессенджерден де оқыңыз! Жазылыңыз", "home": "Басты бет", "about": "Редакция туралы", "ads": "Жарнама", "rights": "Барлық құқық қорғалған. Көшіріп басқанда сілтеме міндетті.", "views": "қаралым", "search": "Іздеу", "latest": "Соңғы жаңалықтар", "cookie": "Сайт жақсы жұмыс істеуі үшін cookie файлдарын пайдаланамыз."},
	"en": {"readalso": "Read also", "share": "Share", "popular": "Most read", "comments": "Comments", "photo": "Photo", "subscribe": "Get our stories by email every morning. Sign up", "home": "Home", "about": "About us", "ads": "Advertise", "rights": "All rights reserved.", "views": "views", "search": "Search", "latest": "Latest news", "cookie": "We use cookies to keep this site working."},
}

// remarks are what readers write under any story.
var remarks = map[string][]remark{
	"ru": {{"Serik_77", "Наконец-то хорошие новости. Посмотрим, что будет через год."}, {"Тётя Валя", "А у нас во дворе до сих пор фонарь не горит, напишите лучше об этом."}, {"гость", "Первый!"}},
	"kk": {{"Айбек", "Жақсы жаңалық екен, іске сәт!"}, {"Gulnaz_05", "Біздің ауылда да осындай болса ғой."}, {"оқырман", "Рақмет, толық жазыпсыздар."}},
	"en": {{"steppe_walker", "Been waiting for this for years. Fingers crossed."}, {"A. Reader", "Would be nice to see the numbers by region."}, {"Marat", "Good piece, thanks."}},
}

func (n *Newsroom) articlePage(f feedData, e entry) articlePage {
	s := e.site
	p := articlePage{
		Site: s.title, Slogan: s.slogan, Lang: s.lang, Home: f.home(), Accent: s.accent, Charset: "utf-8",
		Title: e.title, Author: e.author, Topic: topicNames[e.topic][s.lang], Lead: e.lead(),
		URL: f.canonical(e.story), Image: f.pictureURL(e.story, 0), Caption: e.caption,
		Remarks: remarks[s.lang], Words: words[s.lang], Number: postNumber(e.slug),
		Year: n.now().In(almaty).Year(), Minutes: 1 + e.chars()/1100,
	}
	if s.charset != "" {
		p.Charset = s.charset
	}
	if e.quirk != quirkNoDate {
		p.Date, p.DateISO = longDate(s.lang, e.published), f.date(e, time.RFC3339)
	}
	for i, b := range e.blocks {
		pb := pageBlock{Kind: string(b.kind), HTML: template.HTML(inline(b.text, f.slugLink)), Rows: b.rows, Index: i}
		for _, item := range b.items {
			pb.Items = append(pb.Items, template.HTML(inline(item, f.slugLink)))
		}
		if b.kind == figure {
			pb.Image = f.pictureURL(e.story, b.pic)
		}
		p.Blocks = append(p.Blocks, pb)
	}
	for _, other := range f.entries {
		if other.story == e.story {
			continue
		}
		h := n.headline(f, other)
		if other.topic == e.topic && len(p.More) < 3 {
			p.More = append(p.More, h)
		} else if len(p.Popular) < 8 {
			p.Popular = append(p.Popular, h)
		}
	}
	p.LD = map[string]any{
		"@context": "https://schema.org", "@type": "NewsArticle", "headline": e.title, "image": []string{p.Image},
		"mainEntityOfPage": p.URL, "description": p.Lead, "inLanguage": s.lang,
		"publisher": map[string]any{"@type": "NewsMediaOrganization", "name": s.title},
	}
	if p.DateISO != "" {
		p.LD["datePublished"] = p.DateISO
	}
	if e.author != "" {
		p.LD["author"] = map[string]any{"@type": "Person", "name": e.author}
	}
	return p
}

// headlineLength is where a list cuts a title, in runes.
const headlineLength = 100

func (n *Newsroom) headline(f feedData, e entry) headline {
	h := headline{
		Title: e.title, Short: teaser(e.title, headlineLength), URL: f.link(e.story), Image: f.pictureURL(e.story, 0),
		Topic: topicNames[e.topic][e.site.lang], Lead: teaser(e.lead(), 200),
	}
	if e.quirk != quirkNoDate {
		h.Date = listDate(e.site.lang, e.published, n.now())
	}
	return h
}

func (n *Newsroom) serveArticle(w http.ResponseWriter, r *http.Request, s *site) {
	e, ok := n.lookup(s.id + "/" + r.PathValue("path"))
	if !ok {
		n.notFound(w, s)
		return
	}
	page := n.articlePage(n.feedData(s), e)
	n.render(w, r, s, n.pages[s.id], page, e.published)
}

func (n *Newsroom) notFound(w http.ResponseWriter, s *site) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusNotFound)
	fmt.Fprintf(w, "<!DOCTYPE html><html lang=%q><head><meta charset=\"utf-8\"><title>404 — %s</title></head><body><h1>404</h1><p><a href=\"%s/%s/\">%s</a></p></body></html>\n",
		s.lang, s.title, n.baseURL(), s.id, words[s.lang]["home"])
}

// render executes a template, in the site's encoding, and sends it.
func (n *Newsroom) render(w http.ResponseWriter, r *http.Request, s *site, t *template.Template, data any, modified time.Time) {
	var b bytes.Buffer
	if err := t.Execute(&b, data); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	body, charset := b.Bytes(), "utf-8"
	if s != nil && s.charset == "windows-1251" {
		var err error
		if body, err = windows1251(body); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		charset = s.charset
	}
	n.reply(w, r, document{body: body, contentType: "text/html; charset=" + charset, modified: modified, maxAge: time.Minute})
}

// frontPage is what a site's first page and its list show.
type frontPage struct {
	Site, Slogan, Lang, Home, Feed, Accent, Charset string
	Headlines                                       []headline
	Words                                           map[string]string
	Year                                            int
}

func (n *Newsroom) frontPage(s *site) frontPage {
	f := n.feedData(s)
	p := frontPage{
		Site: s.title, Slogan: s.slogan, Lang: s.lang, Home: f.home(), Feed: f.home() + s.feed, Accent: s.accent,
		Charset: "utf-8", Words: words[s.lang], Year: n.now().In(almaty).Year(),
	}
	if s.charset != "" {
		p.Charset = s.charset
	}
	for _, e := range f.entries {
		h := n.headline(f, e)
		if s.kind == "html" {
			h.URL = s.articlePath(e.slug) // relative to the list, as old systems write it
		}
		p.Headlines = append(p.Headlines, h)
	}
	return p
}

// serveFront and serveList send no Last-Modified: their "today" changes at midnight though no story does.
func (n *Newsroom) serveFront(w http.ResponseWriter, r *http.Request, s *site) {
	n.render(w, r, s, n.pages["front"], n.frontPage(s), time.Time{})
}

func (n *Newsroom) serveList(w http.ResponseWriter, r *http.Request, s *site) {
	n.render(w, r, s, n.pages["list"], n.frontPage(s), time.Time{})
}

func (n *Newsroom) serveIndex(w http.ResponseWriter, r *http.Request) {
	var fronts []frontPage
	for _, s := range n.sites {
		fronts = append(fronts, n.frontPage(s))
	}
	data := struct {
		Sites []frontPage
		Rates string
		Held  int
	}{fronts, n.RatesURL() + "?fdate=" + n.now().In(almaty).Format("02.01.2006"), n.Held()}
	n.render(w, r, nil, n.pages["index"], data, time.Time{})
}
