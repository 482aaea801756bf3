package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"newsbot/internal/feed"
	"newsbot/internal/fetch"
	"newsbot/internal/store"
	"newsbot/internal/telegram"
)

// check is one line of the doctor: what was looked at, and what it is or what to do.
type check struct {
	name string
	good string
	err  error
	do   string
}

func (c check) String() string {
	if c.err == nil {
		return fmt.Sprintf("ok    %s: %s", c.name, c.good)
	}
	// An error that begins with what is checked need not say it twice.
	return fmt.Sprintf("FAIL  %s: %s\n      → %s", c.name, strings.TrimPrefix(c.err.Error(), c.name+": "), c.do)
}

type doctorCommand struct {
	Health bool `help:"Only ask the bot that runs here whether it is ready, as a container's health check does."`

	Flags flags `embed:"" group:"settings"`
}

// Run checks everything the bot stands on and prints a line each. It changes
// nothing, and fails when any check does.
func (d doctorCommand) Run(p *process) error {
	s, err := p.flags.read(false)
	if err != nil {
		return err
	}
	if d.Health {
		return askReady(p.ctx, s.httpAddr)
	}
	failed := 0
	report := func(checks ...check) {
		for _, c := range checks {
			if c.err != nil {
				failed++
			}
			fmt.Fprintln(p.stdout, c)
		}
	}
	token, server := checkToken(p.ctx, s)
	report(token)
	database, sources := checkDatabase(p.ctx, s)
	report(database...)
	report(checkSources(p.ctx, s, sources)...)
	report(append(checkRates(p.ctx, s, time.Now()), checkClock(s, server))...)
	if failed > 0 {
		return fmt.Errorf("checks that failed: %d", failed)
	}
	return nil
}

// checkToken asks Telegram who the bot is. It also returns the server's own
// time, zero when there was no answer.
func checkToken(ctx context.Context, s settings) (check, time.Time) {
	c := check{name: "telegram"}
	if s.token == "" {
		c.err, c.do = errors.New("TELEGRAM_BOT_TOKEN is not set"), "ask @BotFather for a token and set it"
		return c, time.Time{}
	}
	clock := &dateReader{next: http.DefaultTransport}
	tg, err := telegram.New(telegram.Options{Token: s.token, BaseURL: s.apiURL, Transport: clock})
	if err != nil {
		c.err, c.do = err, "check TELEGRAM_BOT_TOKEN and TELEGRAM_API_URL"
		return c, time.Time{}
	}
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	me, err := tg.Me(ctx)
	switch {
	case err == nil:
		c.good = "the bot is @" + me.Username
	case telegram.Classify(err) == telegram.Unauthorized:
		c.err, c.do = err, "Telegram does not know this token: copy it again from @BotFather, or ask for a new one with /token"
	default:
		c.err, c.do = err, "check that this machine reaches "+s.apiURL+" (firewall, proxy, DNS), or set TELEGRAM_API_URL"
	}
	return c, clock.date
}

// dateReader remembers the Date header of the last answer.
type dateReader struct {
	next http.RoundTripper
	date time.Time
}

func (d *dateReader) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := d.next.RoundTrip(r)
	if err == nil {
		if t, perr := http.ParseTime(resp.Header.Get("Date")); perr == nil {
			d.date = t
		}
	}
	return resp, err
}

// checkDatabase looks at the database without changing it, and returns the
// sources that a bot on it would read.
func checkDatabase(ctx context.Context, s settings) ([]check, []feed.Source) {
	c := check{name: "database"}
	if path := missingFile(s.databaseURL); path != "" {
		if _, err := os.Stat(filepath.Dir(path)); err != nil {
			c.err, c.do = err, "make the directory, or check DATABASE_URL"
		}
		c.good = path + " is not there yet; newsbot run makes it"
		return []check{c}, s.sources
	}
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	db, err := store.Open(ctx, s.databaseURL)
	if err != nil {
		c.err, c.do = err, "check DATABASE_URL, and that the server runs and lets this user in; for SQLite, that the file can be written"
		return []check{c}, s.sources
	}
	defer db.Close()
	current, target, pending, err := db.Version(ctx)
	switch {
	case err != nil:
		c.err, c.do = err, "check that the database can be read"
		return []check{c}, s.sources
	case current > target:
		c.err, c.do = fmt.Errorf("schema %d is newer than this program's %d", current, target), "run the newer newsbot that made it"
		return []check{c}, s.sources
	case pending && current == target:
		c.good = fmt.Sprintf("%s, schema %d lacks a step; newsbot run or newsbot migrate takes it", db.Engine(), current)
		return []check{c}, s.sources
	case pending:
		c.good = fmt.Sprintf("%s, schema %d; newsbot run or newsbot migrate brings it to %d", db.Engine(), current, target)
		return []check{c}, s.sources
	}
	sources, err := currentSources(ctx, s, db)
	if err != nil {
		c.err, c.do = err, "check that the database can be read"
		return []check{c}, s.sources
	}
	c.good = fmt.Sprintf("%s, schema %d", db.Engine(), current)
	return []check{c, checkRoles(ctx, db)}, sources
}

// checkRoles tells which processes are at work on the database.
func checkRoles(ctx context.Context, db *store.Store) check {
	c := check{name: "processes"}
	if db.Engine() == "sqlite" {
		c.good = "one at a time on SQLite; to run several, use PostgreSQL"
		return c
	}
	leases, err := db.Leases(ctx)
	if err != nil {
		c.err, c.do = err, "check that the database can be read"
		return c
	}
	var held []string
	for _, l := range leases {
		held = append(held, l.Role+" is with "+l.Holder)
	}
	c.good = "none runs now"
	if len(held) > 0 {
		c.good = strings.Join(held, ", ") + "; others stand by"
	}
	return c
}

// adviceOn is what to do about err, otherwise as usual, where the settings are its cause.
func adviceOn(err error, usual string) string {
	if errors.Is(err, fetch.ErrPrivateAddress) {
		return "if an address on this machine or a private network is meant, set ALLOW_PRIVATE_ADDRESSES=true"
	}
	return usual
}

// checkClock compares this machine's clock with the server's, and its time
// zone tables with what is known of Almaty.
func checkClock(s settings, server time.Time) check {
	c := check{name: "clock"}
	now := time.Now()
	c.good = now.In(s.zone).Format("2006-01-02 15:04:05 -07:00 ") + s.zone.String()
	almaty, err := time.LoadLocation("Asia/Almaty")
	if err != nil {
		c.err, c.do = err, "install time zone data"
		return c
	}
	if _, offset := now.In(almaty).Zone(); offset != 5*60*60 {
		c.err, c.do = errors.New("the time zone tables are older than 2024: Asia/Almaty is not UTC+5"), "update the tzdata of this machine"
		return c
	}
	if off := now.Sub(server); !server.IsZero() && off.Abs() > 30*time.Second {
		c.err = fmt.Errorf("this machine's clock differs from Telegram's by %s", off.Round(time.Second))
		c.do = "switch time synchronisation on (timedatectl set-ntp true): digests go out by this clock"
	}
	return c
}

// askReady asks the bot that serves on addr whether it is ready, or stands by.
func askReady(ctx context.Context, addr string) error {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(host); host == "" || ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	ctx, cancel := context.WithTimeout(ctx, 4*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/readyz", nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusOK {
		return nil
	}
	why, err := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
	if err != nil {
		return fmt.Errorf("not ready: %s", resp.Status)
	}
	said := strings.TrimSpace(string(why))
	if resp.StatusCode == http.StatusServiceUnavailable && said == standby {
		return nil // another process serves, and this one would
	}
	return fmt.Errorf("not ready: %s: %.200s", resp.Status, said)
}
