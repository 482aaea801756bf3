package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"newsbot/internal/feed"
	"newsbot/internal/store"
)

type sourcesCommand struct {
	List   sourcesList   `cmd:"" help:"Show the sources and how they are."`
	Import sourcesImport `cmd:"" help:"Add or update sources from a file, YAML or OPML."`
	Export sourcesExport `cmd:"" help:"Write the sources as a file that import reads, YAML or OPML."`
	Check  sourcesCheck  `cmd:"" help:"Fetch each source once and say what came."`
	Add    sourcesAdd    `cmd:"" help:"Find the feed of a site and add it."`
	Pause  sourcesPause  `cmd:"" help:"Stop polling sources."`
	Resume sourcesResume `cmd:"" help:"Go on polling sources."`
	Remove sourcesRemove `cmd:"" help:"Take sources off the list; their articles stay."`

	Flags flags `embed:"" group:"settings"`
}

// missingFile is the SQLite file of a database address that is not there yet;
// "" when it is, and for other databases. Opening it would make it.
func missingFile(databaseURL string) string {
	path, isFile := strings.CutPrefix(databaseURL, "sqlite:")
	path, _, _ = strings.Cut(path, "?")
	if _, err := os.Stat(path); !isFile || !errors.Is(err, fs.ErrNotExist) {
		return ""
	}
	return path
}

// withStore runs do on the database of the settings, migrated. Where only
// reading is meant, a database that is not there yet is not made: do is given nil.
func withStore(p *process, reading bool, do func(s settings, db *store.Store) error) error {
	s, err := p.flags.read(false)
	if err != nil {
		return err
	}
	if reading && missingFile(s.databaseURL) != "" {
		return do(s, nil)
	}
	db, err := openStore(p.ctx, s.databaseURL, newLogger(p.stderr, s))
	if err != nil {
		return err
	}
	defer db.Close()
	return do(s, db)
}

type sourcesList struct{}

// Run prints a line for each source, the worst first, and why one is not well.
func (sourcesList) Run(p *process) error {
	return withStore(p, true, func(s settings, db *store.Store) error {
		if db == nil {
			return noSources(p, false)
		}
		list, err := db.Sources(p.ctx)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			had, err := db.EverHadSources(p.ctx)
			if err != nil {
				return err
			}
			return noSources(p, had)
		}
		now := time.Now()
		yields, err := db.Yields(p.ctx, now.AddDate(0, 0, -store.YieldDays))
		if err != nil {
			return err
		}
		yield, health := map[string]store.Yield{}, map[string]store.Health{}
		for _, src := range list {
			yield[src.ID] = store.YieldOf(src, yields[src.ID], now)
			health[src.ID] = store.HealthOf(src, yield[src.ID])
		}
		slices.SortStableFunc(list, func(a, b store.SourceStatus) int { return cmp.Compare(health[a.ID], health[b.ID]) })
		w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "ID\tSTATE\tLAST GOOD\tA DAY\tLANGUAGE\tKIND\tADDRESS")
		for _, src := range list {
			last, daily := "never", "-"
			if !src.LastOKAt.IsZero() {
				last, daily = src.LastOKAt.In(s.zone).Format("2006-01-02 15:04"), fmt.Sprintf("%.1f", yield[src.ID].Daily)
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", src.ID, stateOf(src, health[src.ID]), last, daily, src.Language, src.Kind, src.URL)
			switch {
			case src.LastError != "":
				fmt.Fprintf(w, "\t%s\n", src.LastError)
			case health[src.ID] == store.HealthQuiet:
				fmt.Fprintf(w, "\tnothing new since %s, usually %.1f a day\n", src.Rhythm.BroughtAt.In(s.zone).Format(time.DateOnly), yield[src.ID].Usual)
			}
		}
		return w.Flush()
	})
}

// noSources says what the list is empty for: it is filled at the first start alone.
func noSources(p *process, removed bool) error {
	text := "No sources yet: newsbot run starts with the built-in list, newsbot sources import FILE with yours."
	if removed {
		text = "No sources: all of them were removed. newsbot sources add ADDRESS adds one, newsbot sources import FILE a list."
	}
	_, err := fmt.Fprintln(p.stdout, text)
	return err
}

// stateOf is how a source is, in a word or two.
func stateOf(src store.SourceStatus, health store.Health) string {
	switch health {
	case store.HealthFailing:
		if src.Paused {
			return "closed"
		}
		return fmt.Sprintf("failed %d×", src.Failures)
	case store.HealthQuiet:
		return "quiet"
	case store.HealthPaused:
		return "paused"
	case store.HealthUnread:
		return "not read yet"
	default:
		return "good"
	}
}

type sourcesCheck struct {
	ID []string `arg:"" optional:"" help:"Sources to check; all by default."`
}

// Run fetches the sources and prints a line each; it fails when any does.
func (c sourcesCheck) Run(p *process) error {
	return withStore(p, true, func(s settings, db *store.Store) error {
		sources, err := currentSources(p.ctx, s, db)
		if err != nil {
			return err
		}
		if len(c.ID) > 0 {
			wanted := map[string]bool{}
			for _, id := range c.ID {
				wanted[id] = true
			}
			var some []feed.Source
			for _, src := range sources {
				if wanted[src.ID] {
					some = append(some, src)
					delete(wanted, src.ID)
				}
			}
			for id := range wanted {
				return fmt.Errorf("no source %q; newsbot sources list shows them", id)
			}
			sources = some
		}
		if len(sources) == 0 {
			return errors.New("there are no sources to check; newsbot sources add or import brings some")
		}
		failed := 0
		for _, check := range checkSources(p.ctx, s, sources) {
			if check.err != nil {
				failed++
			}
			fmt.Fprintln(p.stdout, check)
		}
		if failed > 0 {
			return fmt.Errorf("sources that failed: %d of %d", failed, len(sources))
		}
		return nil
	})
}

// currentSources are the database's sources, or those that a bot on it would start with.
func currentSources(ctx context.Context, s settings, db *store.Store) ([]feed.Source, error) {
	if db == nil {
		return s.sources, nil
	}
	if had, err := db.EverHadSources(ctx); err != nil || !had {
		return s.sources, err
	}
	stored, err := db.Sources(ctx)
	if err != nil {
		return nil, err
	}
	sources := make([]feed.Source, len(stored))
	for i, src := range stored {
		sources[i] = src.Source
	}
	return sources, nil
}

// checkSources fetches each source once, some at the same time, in order.
func checkSources(ctx context.Context, s settings, sources []feed.Source) []check {
	reader := feed.NewReader(s.reader(), s.zone, time.Now)
	checks := make([]check, len(sources))
	slots := make(chan struct{}, 8)
	done := make(chan struct{})
	for i, src := range sources {
		go func() {
			slots <- struct{}{}
			defer func() { <-slots; done <- struct{}{} }()
			ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
			defer cancel()
			checks[i] = check{name: "source " + src.ID}
			result, err := reader.Fetch(ctx, src, feed.State{})
			switch {
			case err != nil:
				checks[i].err = err
				checks[i].do = adviceOn(err, "look at "+src.URL+" in a browser; if it has moved, change the source and import it again")
			case len(result.Feed.Items) == 0:
				checks[i].err = fmt.Errorf("answers, but holds no items")
				checks[i].do = "look at " + src.URL + " in a browser"
			default:
				checks[i].good = fmt.Sprintf("%d items", len(result.Feed.Items))
			}
		}()
	}
	for range sources {
		<-done
	}
	return checks
}
