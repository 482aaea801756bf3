package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
)

// What is listed under another name of an article is that article, whoever lists it, if
// it is under the same headline: sites give the addresses of other articles, too.
func TestAliases(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		withSources(t, s)
		titled := func(id, title string) store.NewItem {
			it := item(id, "ru", "", noon)
			it.Title = title
			return it
		}
		poll(t, s, noon, "vesti", titled("amp", "Мост через Или открыли раньше срока"), titled("other", "Библиотека открыла ночной зал"))
		must(t, s.AddAlias(ctx, "amp", "page", true))
		must(t, s.AddAlias(ctx, "amp", "page", true))
		must(t, s.AddAlias(ctx, "other", "elsewhere", false))
		must(t, s.AddAlias(ctx, "none", "page", true))
		for _, tt := range []struct {
			name, source string
			it           store.NewItem
			added        int
		}{
			{"under the other name", "vesti", titled("page", "Мост через Или открыли раньше срока"), 0},
			{"by another source, typed otherwise", "dala", titled("page", "Мост  через Или oткрыли раньше срока "), 0},
			{"an address on another site", "dala", titled("elsewhere", "Библиотека открыла ночной зал"), 1},
			{"with a headline that is nearly the same", "dala", titled("page", "Мост через Урал открыли раньше срока"), 1},
			{"which is an article by itself then", "vesti", titled("page", "Мост через Или открыли раньше срока"), 0},
		} {
			if got := poll(t, s, noon.Add(time.Minute), tt.source, tt.it); got != tt.added {
				t.Errorf("%s: %d are new, want %d", tt.name, got, tt.added)
			}
		}
		if got := versions(t, s, "amp"); len(got) != 1 {
			t.Errorf("its headlines: %q", got)
		}

		// Its own source says more of it under either name, and nothing of its headline
		// under the other one; its own address goes before the other.
		poll(t, s, noon, "vesti", titled("amp2", "Токаев прибыл в Пекин"))
		must(t, s.AddAlias(ctx, "amp2", "page2", true))
		teaser := titled("page2", "Токаев  прибыл в Пекин")
		teaser.Summary = "Визит продлится два дня"
		poll(t, s, noon.Add(time.Hour), "vesti", teaser)
		if a, err := s.Article(ctx, "amp2"); err != nil || a.Summary != teaser.Summary {
			t.Errorf("its summary: %+v, %v", a, err)
		}
		if got := poll(t, s, noon.Add(2*time.Hour), "vesti", titled("page2", "Токаев прибыл в Астану"), titled("amp2", "Токаев прилетел в Пекин")); got != 1 {
			t.Errorf("an article at an address that another one gives: %d are new", got)
		}
		poll(t, s, noon.Add(3*time.Hour), "vesti", titled("page2", "Токаев прибыл в Астану"))
		if got := versions(t, s, "amp2"); !slices.Equal(got, []string{"Токаев прибыл в Пекин", "Токаев прилетел в Пекин"}) {
			t.Errorf("its headlines: %q", got)
		}
		if got := versions(t, s, "page2"); !slices.Equal(got, []string{"Токаев прибыл в Астану"}) {
			t.Errorf("the other's headlines: %q", got)
		}
		// A headline that is not known is no same headline.
		poll(t, s, noon, "vesti", titled("amp3", ""))
		must(t, s.AddAlias(ctx, "amp3", "page3", true))
		if got := poll(t, s, noon.Add(time.Hour), "vesti", titled("page3", "")); got != 1 {
			t.Errorf("two without a headline: %d are new", got)
		}
		// An address that is an article's own is that article's, whoever else gives it.
		must(t, s.AddAlias(ctx, "amp2", "amp", true))
		poll(t, s, noon.Add(3*time.Hour), "vesti", titled("amp", "Мост через Или открыли позже срока"))
		if got := versions(t, s, "amp"); len(got) != 2 {
			t.Errorf("its headlines: %q", got)
		}
	})
}

func TestKindred(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		withSources(t, s)
		for i, id := range []string{"a", "b", "c", "d", "e"} {
			poll(t, s, noon.Add(time.Duration(i)*time.Minute), "vesti", item(id, "ru", "", noon))
		}
		must(t, s.AddAlias(ctx, "b", "a", true))  // b says that it is a
		must(t, s.AddAlias(ctx, "c", "x", true))  // c and d say that they are x, which nobody has
		must(t, s.AddAlias(ctx, "d", "x", false)) //
		must(t, s.AddAlias(ctx, "a", "b", true))  // a loop
		for id, want := range map[string][]string{"a": {"b"}, "b": {"a"}, "c": {"d"}, "d": {"c"}, "e": nil} {
			list, err := s.Kindred(ctx, id)
			must(t, err)
			var got []string
			for _, a := range list {
				got = append(got, a.ID)
			}
			if !slices.Equal(got, want) {
				t.Errorf("kindred of %s: %v, want %v", id, got, want)
			}
		}
		// One address of all pages of a site, and a page with ever new ones.
		for i := range 30 {
			id := fmt.Sprint("many", i)
			poll(t, s, noon, "dala", item(id, "ru", "", noon))
			must(t, s.AddAlias(ctx, id, "home", true))
			must(t, s.AddAlias(ctx, "e", fmt.Sprint("new", i), true))
		}
		if list, err := s.Kindred(ctx, "many0"); err != nil || len(list) != 7 {
			t.Errorf("%d kindred, %v", len(list), err)
		}
		if list, err := s.Kindred(ctx, "many29"); err != nil || len(list) != 0 {
			t.Errorf("%d kindred of one that came too late, %v", len(list), err)
		}
		added := 0
		for i := range 30 {
			it := item(fmt.Sprint("new", i), "ru", "", noon)
			it.Title = "Title of e"
			added += poll(t, s, noon, "dala", it)
		}
		if added != 26 {
			t.Errorf("%d of 30 names were not remembered", added)
		}
		// A name that comes when the story is known has it looked at again.
		must(t, s.SetStory(ctx, told("a", "a", noon, 1)))
		must(t, s.AddAlias(ctx, "a", "b", true)) // known already
		if list, err := s.Reworded(ctx, 10); len(list) != 0 || err != nil {
			t.Errorf("with the names that it had: %v, %v", list, err)
		}
		must(t, s.AddAlias(ctx, "a", "y", true))
		if list, err := s.Reworded(ctx, 10); len(list) != 1 || list[0].ID != "a" || err != nil {
			t.Errorf("with another name: %v, %v", list, err)
		}
		byAge, err := s.ByAge(ctx, []string{"c", "none", "b"})
		if err != nil || !slices.Equal(byAge, []string{"b", "c"}) {
			t.Errorf("by age: %v, %v", byAge, err)
		}
	})
}

// What other sites claim takes no place of a site's own pages, and what was a claim
// becomes the site's own.
func TestClaimsOfOthers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		withSources(t, s)
		titled := func(id string) store.NewItem {
			it := item(id, "ru", "", noon)
			it.Title = "Мост через Или открыли"
			return it
		}
		for i := range 20 {
			id := fmt.Sprint("claims", i)
			poll(t, s, noon, "dala", titled(id))
			must(t, s.AddAlias(ctx, id, "page", false))
		}
		poll(t, s, noon, "vesti", titled("amp"))
		must(t, s.AddAlias(ctx, "amp", "page", true))
		if n := poll(t, s, noon, "vesti", titled("page")); n != 0 {
			t.Error("the site's own name was left out")
		}
		must(t, s.SetStory(ctx, told("claims0", "claims0", noon, 1)))
		poll(t, s, noon, "vesti", titled("m"))
		must(t, s.SetStory(ctx, told("m", "m", noon, 2)))
		reworded := func() (n int) {
			t.Helper()
			list, err := s.Reworded(ctx, 10)
			must(t, err)
			for _, a := range list {
				n += a.Reprint
			}
			return n
		}
		for i, tt := range []struct {
			own   bool
			added int
		}{{false, 1}, {false, 1}, {true, 2}, {false, 2}, {true, 2}} {
			must(t, s.AddAlias(ctx, "m", "n", tt.own))
			if got := reworded(); got != tt.added {
				t.Errorf("%d: looked at again %d times, want %d", i, got, tt.added)
			}
		}
		if n := poll(t, s, noon, "vesti", titled("n")); n != 0 {
			t.Error("a claim did not become the site's own")
		}
	})
}
