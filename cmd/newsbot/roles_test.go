package main

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A second bot on one SQLite file is refused, by whatever name it knows the
// file; other commands work beside the first, and a kill leaves no lock behind.
func TestSQLiteIsForOneProcess(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	file := w.path("newsbot.db")
	p := w.start("sqlite:" + file)
	p.says("telegram answers", 20*time.Second)
	if err := os.Symlink("newsbot.db", w.path("other.db")); err != nil {
		t.Fatal(err)
	}
	wd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	relative, err := filepath.Rel(wd, file)
	if err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{"same": file, "symlink": w.path("other.db"), "relative": relative} {
		began := time.Now()
		second := w.start("sqlite:" + path)
		if code := second.wait(20 * time.Second); code != 1 {
			t.Errorf("%s: exit code %d, want 1", name, code)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%s: refused after %s, want at once", name, took)
		}
		log := second.log.String()
		for _, want := range []string{"another newsbot runs on this database", "PostgreSQL", "DATABASE_URL=postgres://"} {
			if !strings.Contains(log, want) {
				t.Errorf("%s: the error does not say %q:\n%s", name, want, log)
			}
		}
	}
	set := w.settings("sqlite:" + file)
	for _, args := range [][]string{{"migrate"}, {"sources", "list"}, {"sources", "export"}, {"doctor"}} {
		if out, stderr, code := call(t, set, args...); code != 0 {
			t.Errorf("%v beside the bot: exit code %d\n%s%s", args, code, out, stderr)
		}
	}
	w.say(other, "/start")
	w.sees(other, "Новости")
	p.kill()
	w.start("sqlite:" + file)
	w.say(other, "/help")
	w.sees(other, "/digest 08:30")
}

// ready asks a process what /readyz says.
func ready(t *testing.T, addr string) (status int, says string) {
	t.Helper()
	resp, err := http.Get("http://" + addr + "/readyz")
	if err != nil {
		return 0, err.Error() // not up yet, or down
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, strings.TrimSpace(string(b))
}
