package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"newsbot/internal/feed"
	"newsbot/internal/store"
	"newsbot/internal/story"
)

// fileFormat is yaml or opml: as asked for, or by the file's name.
func fileFormat(asked, name string) string {
	if asked != "" {
		return asked
	}
	switch strings.ToLower(filepath.Ext(name)) {
	case ".opml", ".xml":
		return "opml"
	}
	return "yaml"
}

// beginsAsXML says whether a file whose name says nothing is XML, as OPML is and YAML is not.
func beginsAsXML(r *bufio.Reader) bool {
	start, _ := r.Peek(64) // a shorter file gives what it has; what is wrong with it comes out when it is read
	return bytes.HasPrefix(bytes.TrimLeft(start, "\ufeff \t\r\n"), []byte("<"))
}

type sourcesImport struct {
	File    string `arg:"" help:"Sources file (YAML, as export writes it, or OPML), - for standard input."`
	Format  string `help:"yaml or opml; by the file's name and beginning when left out." enum:",yaml,opml" default:""`
	Replace bool   `help:"Pause the sources that the file does not have."`
}

// Run adds the file's sources, and updates those that are there.
func (c sourcesImport) Run(p *process) error {
	var in io.Reader = os.Stdin
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	text := bufio.NewReader(in)
	opml := fileFormat(c.Format, c.File) == "opml" || c.Format == "" && beginsAsXML(text)
	sources, err := readSourceList(p, text, opml)
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	return withStore(p, false, func(_ settings, db *store.Store) error {
		if opml {
			if err := adopt(p.ctx, db, sources); err != nil {
				return err
			}
		}
		added, updated, err := db.ImportSources(p.ctx, time.Now(), sources)
		if err != nil {
			return err
		}
		if !c.Replace {
			_, err = fmt.Fprintf(p.stdout, "%d added, %d updated\n", added, updated)
			return err
		}
		keep := make([]string, len(sources))
		for i, src := range sources {
			keep[i] = src.ID
		}
		paused, err := db.KeepSources(p.ctx, keep)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(p.stdout, "%d added, %d updated, %d paused\n", added, updated, paused)
		return err
	})
}

func readSourceList(p *process, in io.Reader, opml bool) ([]feed.Source, error) {
	if !opml {
		return feed.ReadSources(in)
	}
	sources, skipped, err := feed.ReadOPML(in)
	for _, s := range skipped {
		fmt.Fprintf(p.stderr, "left out: %v\n", s)
	}
	return sources, err
}

// adopt gives sources of a list without ids of ours the ids under which their
// addresses are known, and others ids that nobody has or had.
func adopt(ctx context.Context, db *store.Store, sources []feed.Source) error {
	known, err := db.Sources(ctx)
	if err != nil {
		return err
	}
	addresses, err := db.SourceAddresses(ctx)
	if err != nil {
		return err
	}
	byURL, had := map[string]store.SourceStatus{}, map[string]string{}
	for _, k := range known {
		byURL[k.URL] = k
	}
	for id, address := range addresses {
		had[address] = id
	}
	for i := range sources {
		src := &sources[i]
		if k, ok := byURL[src.URL]; ok {
			src.ID = k.ID
			// What the list has no place for stays as it is.
			src.Language = cmp.Or(src.Language, k.Language)
			if len(src.Topics) == 0 {
				src.Topics = k.Topics
			}
			if src.Selectors == (feed.Selectors{}) {
				src.Kind, src.Selectors = k.Kind, k.Selectors
			}
			continue
		}
		if id, ok := had[src.URL]; ok { // it was removed, and comes back
			src.ID = id
			continue
		}
		src.ID = feed.FreeID(src.ID, func(id string) bool { _, taken := addresses[id]; return taken })
		addresses[src.ID] = src.URL
	}
	return nil
}

type sourcesExport struct {
	File   string `arg:"" optional:"" help:"Where to; standard output when left out."`
	Format string `help:"yaml or opml; by the file's name when left out." enum:",yaml,opml" default:""`
}

// Run writes the database's sources, or the built-in ones when it has none.
func (c sourcesExport) Run(p *process) error {
	return withStore(p, true, func(s settings, db *store.Store) error {
		sources, err := currentSources(p.ctx, s, db)
		if err != nil {
			return err
		}
		if len(sources) == 0 {
			return errors.New("there are no sources to export")
		}
		write := feed.WriteSources
		if fileFormat(c.Format, c.File) == "opml" {
			write = feed.WriteOPML
		}
		if c.File == "" || c.File == "-" {
			return write(p.stdout, sources)
		}
		var text bytes.Buffer // whole before the file is touched
		if err := write(&text, sources); err != nil {
			return err
		}
		return os.WriteFile(c.File, text.Bytes(), 0o644)
	})
}

type sourcesAdd struct {
	Address  string `arg:"" help:"A site, or its feed."`
	ID       string `help:"Short name; made of the host when left out." placeholder:"ID"`
	Title    string `help:"What readers see; the feed's title when left out." placeholder:"TITLE"`
	Language string `help:"kk, ru or en; guessed when left out." placeholder:"LANGUAGE"`
	Topic    string `help:"What its articles count as: economy, politics, society, incidents, sport, world, technology or culture; guessed when left out." placeholder:"TOPIC"`
	Dry      bool   `help:"Only show what is found."`
}

// Run finds the feed of a site, shows it, and adds it.
func (c sourcesAdd) Run(p *process) error {
	return withStore(p, c.Dry, func(s settings, db *store.Store) error {
		ctx, cancel := context.WithTimeout(p.ctx, time.Minute)
		defer cancel()
		client := s.reader()
		defer client.Close()
		src, found, err := feed.NewReader(client, s.zone, time.Now).Discover(ctx, c.Address)
		switch {
		case errors.Is(err, feed.ErrAddress):
			return usageError{fmt.Errorf("%s: %w; give one such as https://example.kz", c.Address, err)}
		case errors.Is(err, feed.ErrNoFeed):
			return fmt.Errorf("%s: %w; give the address of its feed, or import a source of kind html or sitemap from a file", c.Address, err)
		case err != nil:
			return fmt.Errorf("%s: %w; %s", c.Address, err, adviceOn(err, "look at it in a browser"))
		}
		var titles []string
		for _, item := range found.Items {
			titles = append(titles, item.Title)
		}
		src.ID, src.Title = cmp.Or(c.ID, src.ID), cmp.Or(c.Title, src.Title)
		src.Language = cmp.Or(c.Language, story.Majority(titles, found.Language))
		if c.Topic != "" {
			topic := cmp.Or(s.topics, feed.BuiltinTopics()).Named(c.Topic)
			if topic == "" {
				return usageError{fmt.Errorf("--topic: %q is no topic; it is one of %s", c.Topic, strings.Join(feed.Topics(), ", "))}
			}
			src.Topics = []string{topic}
		}
		var text bytes.Buffer
		if err := feed.WriteSources(&text, []feed.Source{src}); err != nil {
			return err
		}
		if _, err := feed.ReadSources(bytes.NewReader(text.Bytes())); err != nil {
			return usageError{err}
		}
		fmt.Fprintf(p.stdout, "%s# %d items:\n", text.String(), len(titles))
		const shown = 5
		for _, t := range titles[:min(len(titles), shown)] {
			fmt.Fprintf(p.stdout, "#   %s\n", t)
		}
		if c.Dry {
			return nil
		}
		return c.save(p, db, src)
	})
}

// save adds the source, under the id that was asked for or one that is free.
func (c sourcesAdd) save(p *process, db *store.Store, src feed.Source) error {
	if c.ID == "" {
		id, added, err := db.AddSource(p.ctx, time.Now(), src)
		if err == nil && !added {
			err = fmt.Errorf("the source is there already: %s", id)
		}
		if err != nil {
			return err
		}
		src.ID = id
	} else {
		known, err := db.Sources(p.ctx)
		if err != nil {
			return err
		}
		for _, k := range known {
			switch {
			case k.URL == src.URL:
				return fmt.Errorf("the source is there already: %s", k.ID)
			case k.ID == src.ID:
				return fmt.Errorf("the id %s is taken", c.ID)
			}
		}
		if _, _, err := db.ImportSources(p.ctx, time.Now(), []feed.Source{src}); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(p.stdout, "added %s\n", src.ID)
	return err
}

// sourceIDs are sources by name.
type sourceIDs struct {
	ID []string `arg:"" help:"Sources, by id."`
}

// each does something to each source; those that are not there are reported
// together, after the others.
func (c sourceIDs) each(p *process, do func(db *store.Store, id string) (string, error)) error {
	return withStore(p, false, func(_ settings, db *store.Store) error {
		var wrong []error
		for _, id := range c.ID {
			said, err := do(db, id)
			if errors.Is(err, store.ErrNotFound) {
				err = fmt.Errorf("no source %q; newsbot sources list shows them", id)
			}
			if err != nil {
				wrong = append(wrong, err)
				continue
			}
			fmt.Fprintf(p.stdout, "%s %s\n", id, said)
		}
		return errors.Join(wrong...)
	})
}

func (c sourceIDs) pause(p *process, pause bool, changed, was string) error {
	return c.each(p, func(db *store.Store, id string) (string, error) {
		if _, err := db.Source(p.ctx, id); err != nil {
			return "", err
		}
		done, err := db.PauseSource(p.ctx, time.Now(), id, pause)
		if err != nil || done {
			return changed, err
		}
		return was, nil
	})
}

type sourcesPause struct {
	IDs sourceIDs `embed:""`
}

// Run stops polling sources.
func (c sourcesPause) Run(p *process) error {
	return c.IDs.pause(p, true, "is paused", "was paused already")
}

type sourcesResume struct {
	IDs sourceIDs `embed:""`
}

// Run goes on polling sources.
func (c sourcesResume) Run(p *process) error {
	return c.IDs.pause(p, false, "goes on", "was not paused")
}

type sourcesRemove struct {
	IDs sourceIDs `embed:""`
}

// Run takes sources off the list; their articles stay.
func (c sourcesRemove) Run(p *process) error {
	return c.IDs.each(p, func(db *store.Store, id string) (string, error) {
		return "is removed; its articles stay", db.RemoveSource(p.ctx, id)
	})
}
