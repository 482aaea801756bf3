package jobs

import (
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"newsbot/internal/digest"
	"newsbot/internal/feed"
	"newsbot/internal/locale"
	"newsbot/internal/outbox"
	"newsbot/internal/rates"
	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
)

// telling is how a source tells an event.
type telling struct{ source, path, title, text string }

// pavlodar is one event in three languages, and atyrau another one by the same template.
var (
	pavlodar = []telling{
		{"ru", "/news/irtysh-most", "В Павлодаре открыли мост через Иртыш за 46,3 млрд тенге", "Движение по новому мосту через Иртыш открыли сегодня в Павлодаре, сообщила пресс-служба акимата области.\n" +
			"Мост длиной 1240 метров строили три года, на него потратили 46,3 млрд тенге. Подрядчиком была компания «Кулагер».\n" +
			"Аким области Асаин Байханов сказал на церемонии, что переправа разгрузит центр города: в сутки по ней смогут проехать 28 тысяч машин.\n" +
			"Первым по мосту проехал водитель автобуса Серик Ахметов, который 30 лет возил пассажиров по старой переправе."},
		{"kk", "/zhana/ertis-kopir", "Павлодарда Ертіс арқылы өтетін 46,3 млрд теңгелік көпір ашылды", "Бүгін Павлодарда Ертіс өзені арқылы өтетін жаңа көпір ашылды, деп хабарлады облыс әкімдігінің баспасөз қызметі.\n" +
			"Ұзындығы 1240 метр көпірді үш жыл салды, оған 46,3 млрд теңге жұмсалды. Мердігер — «Құлагер» компаниясы.\n" +
			"Облыс әкімі Асайын Байханов салтанатта көпір қала орталығын жеңілдетеді деді: тәулігіне 28 мың көлік өте алады.\n" +
			"Көпірден бірінші болып ескі өткелде 30 жыл жолаушы тасыған автобус жүргізушісі Серік Ахметов өтті."},
		{"en", "/story/irtysh-bridge", "Pavlodar opens a 46.3 billion tenge bridge over the Irtysh", "Traffic began today on a new bridge over the Irtysh in Pavlodar, the press service of the region said.\n" +
			"The bridge is 1,240 metres long, took three years to build and cost 46.3 billion tenge. The contractor was the company Kulager.\n" +
			"Governor Asain Baikhanov told the ceremony that the crossing would relieve the city centre: 28 thousand cars a day can use it.\n" +
			"The first to cross was Serik Akhmetov, a bus driver who has carried passengers over the old crossing for 30 years."},
	}
	atyrau = []telling{
		{"ru", "/news/zhaiyk-most", "В Атырау открыли мост через Жайык за 31,8 млрд тенге", "Движение по новому мосту через Жайык открыли сегодня в Атырау, сообщила пресс-служба акимата области.\n" +
			"Мост длиной 860 метров строили два года, на него потратили 31,8 млрд тенге. Подрядчиком была компания «Тулпар».\n" +
			"Аким области Серик Шапкенов сказал на церемонии, что переправа разгрузит центр города: в сутки по ней смогут проехать 19 тысяч машин.\n" +
			"Первой по мосту проехала водитель автобуса Айнур Жумабаева, которая 12 лет возила пассажиров по понтонной переправе."},
		{"kk", "/zhana/zhaiyk-kopir", "Атырауда Жайық арқылы өтетін 31,8 млрд теңгелік көпір ашылды", "Бүгін Атырауда Жайық өзені арқылы өтетін жаңа көпір ашылды, деп хабарлады облыс әкімдігінің баспасөз қызметі.\n" +
			"Ұзындығы 860 метр көпірді екі жыл салды, оған 31,8 млрд теңге жұмсалды. Мердігер — «Тұлпар» компаниясы.\n" +
			"Облыс әкімі Серік Шәпкенов салтанатта көпір қала орталығын жеңілдетеді деді: тәулігіне 19 мың көлік өте алады.\n" +
			"Көпірден бірінші болып понтон өткелінде 12 жыл жолаушы тасыған автобус жүргізушісі Айнұр Жұмабаева өтті."},
	}
)

// An event that three newsrooms tell in three languages is one story, from their feeds to
// the list and the digest of readers: each sees it once, in the language of her screens.
// Another event that is told by the same template is another story.
func TestStoryInThreeLanguages(t *testing.T) {
	storetest.Each(t, func(t *testing.T, openStore func() *store.Store) {
		d := openOn(t, openStore())
		sites := map[string]*press{}
		var list []feed.Source
		for _, l := range []string{"ru", "kk", "en"} {
			sites[l] = newPress(t)
			sites[l].feeds["/rss"] = nil // nothing yet
			list = append(list, feed.Source{ID: l, Title: "Газета " + l, URL: sites[l].web.URL + "/rss", Kind: feed.KindFeed, Language: l})
		}
		_, _, err := d.Store.ImportSources(t.Context(), d.clock(), list)
		d.must(err)
		_, err = d.Store.KeepSources(t.Context(), []string{"ru", "kk", "en"})
		d.must(err)
		publish := func(x telling) {
			site := sites[x.source]
			site.does(func() {
				site.feeds["/rss"] = append(site.feeds["/rss"], entry{path: x.path, title: x.title, published: d.clock().Add(-10 * time.Minute)})
				site.pages[x.path] = page{site.canonical(x.path), x.title, x.text}
			})
		}
		for _, l := range locale.All() {
			chat := chatOf(l)
			_, _, err := d.Store.TouchChat(t.Context(), d.clock(), store.Chat{ID: chat, Kind: "private", Language: string(l), Zone: "Asia/Almaty", Active: true, Subscribed: true})
			d.must(err)
			d.must(d.Store.SetDigest(t.Context(), d.clock(), store.Digest{ChatID: chat, Minute: 18 * 60, Weekdays: 127, On: true, NextAt: d.clock().Add(6 * time.Hour)}))
		}
		publish(pavlodar[0])
		publish(atyrau[0])
		d.turn()
		publish(pavlodar[1])
		publish(atyrau[1])
		d.turn()
		publish(pavlodar[2])
		d.turn()

		for _, told := range [][]telling{pavlodar, atyrau} {
			first := d.article(told[0].path)
			for _, x := range told[1:] {
				if a := d.article(x.path); a.StoryID != first.StoryID {
					t.Errorf("%q is another story than %q", x.title, first.Title)
				}
			}
			var sources []string
			for _, s := range first.Sources {
				sources = append(sources, s.SourceID)
			}
			if len(sources) != len(told)-1 {
				t.Errorf("%q is told by %v, too", first.Title, sources)
			}
		}
		if d.article(pavlodar[0].path).StoryID == d.article(atyrau[0].path).StoryID {
			t.Error("two bridges are one story")
		}

		titles := func(told []telling, language string) (own string, others []string) {
			own = told[0].title // of what is told in other languages alone, the first telling
			for _, x := range told {
				if x.source == language {
					own = x.title
				}
			}
			for _, x := range told {
				if x.title != own {
					others = append(others, x.title)
				}
			}
			return own, others
		}
		d.set(monday.Add(6*time.Hour + time.Second))
		if n, err := digest.Plan(t.Context(), d.Store, rates.Board{}, d.clock(), slog.New(slog.DiscardHandler)); n != 3 || err != nil {
			t.Fatalf("%d digests, %v", n, err)
		}
		sent, err := d.Store.Claim(t.Context(), d.clock(), "test", time.Hour, 10)
		d.must(err)
		for _, l := range locale.All() {
			chat, err := d.Store.Chat(t.Context(), chatOf(l))
			d.must(err)
			headlines, total, err := d.Store.Headlines(t.Context(), store.NewsQuery{Prefer: chat.Prefers(), Languages: chat.NewsLanguages, Limit: 10})
			d.must(err)
			if total != 2 || len(headlines) != 2 {
				t.Errorf("%s: %d headlines", l, total)
			}
			i := slices.IndexFunc(sent, func(x outbox.Delivery) bool { return x.ChatID == chatOf(l) })
			if i < 0 {
				t.Fatalf("%s: no digest", l)
			}
			text := sent[i].Message.Text
			for _, told := range [][]telling{pavlodar, atyrau} {
				own, others := titles(told, string(l))
				n := slices.IndexFunc(headlines, func(h store.Headline) bool { return h.Title == own })
				if n < 0 || headlines[n].Sources != len(told) || len(headlines[n].Also) != len(told)-1 {
					t.Errorf("%s: %q is not there as told by %d: %+v", l, own, len(told), headlines)
				}
				if strings.Count(text, locale.Escape(own)) != 1 {
					t.Errorf("%s: %q is not once in the digest:\n%s", l, own, text)
				}
				for _, other := range others {
					if strings.Contains(text, locale.Escape(other)) || slices.ContainsFunc(headlines, func(h store.Headline) bool { return h.Title == other }) {
						t.Errorf("%s: %q is there as well", l, other)
					}
				}
			}
		}
		d.calm()
	})
}

// chatOf is a reader's chat with screens in a language.
func chatOf(l locale.Language) int64 { return int64(slices.Index(locale.All(), l) + 1) }
