package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestImageRunsWithNothingAround builds what the Dockerfile's stages build and
// runs it in an empty root as the image's user, with nothing but what the final
// stage has: the steps are read from the Dockerfile itself.
func TestImageRunsWithNothingAround(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("needs root to enter an empty root directory")
	}
	top, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(filepath.Join(top, "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	text := strings.ReplaceAll(string(file), "\\\n", " ")
	steps := 0
	for line := range strings.Lines(text) {
		command, ok := strings.CutPrefix(strings.TrimSpace(line), "RUN ")
		if !ok || strings.HasPrefix(command, "go mod download") {
			continue
		}
		steps++
		sh := exec.Command("sh", "-ec", strings.ReplaceAll(command, "/out/", out+"/"))
		sh.Dir = top
		if b, err := sh.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", command, err, b)
		}
	}
	if steps != 2 {
		t.Fatalf("the Dockerfile has %d build steps, this test knows 2", steps)
	}
	root := filepath.Join(out, "root")
	if err := os.Rename(filepath.Join(out, "newsbot"), filepath.Join(root, "newsbot")); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(filepath.Join(root, "data"), 10001, 10001); err != nil {
		t.Fatal(err)
	}
	for dir := root; dir != "/" && dir != os.TempDir(); dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}

	w := newTown(t)
	copyFile(t, w.path("sources.yaml"), filepath.Join(root, "data", "sources.yaml"))
	env := []string{"HTTP_ADDR=127.0.0.1:0", "DATABASE_URL=sqlite:/data/newsbot.db"}
	for name, value := range w.settings("sqlite:/data/newsbot.db") {
		if name != "SOURCES_FILE" {
			env = append(env, name+"="+value)
		}
	}
	env = append(env, "SOURCES_FILE=/data/sources.yaml")
	inside := func(args ...string) *exec.Cmd {
		cmd := exec.Command("/newsbot", args...)
		cmd.Dir, cmd.Env = "/data", env
		cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: root, Credential: &syscall.Credential{Uid: 10001, Gid: 10001}}
		return cmd
	}
	if b, err := inside("version").CombinedOutput(); err != nil {
		t.Fatalf("version: %v\n%s", err, b)
	}
	log := &lockedBuffer{}
	bot := inside("run")
	bot.Stdout, bot.Stderr = log, log
	if err := bot.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if t.Failed() {
			t.Logf("log:\n%s", log)
		}
	}()
	w.say(reader, "/start")
	w.sees(reader, "Жаңалықтар")
	if err := bot.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- bot.Wait() }()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("after SIGTERM: %v", err)
		}
	case <-time.After(12 * time.Second):
		_ = bot.Process.Kill() // the test has failed already
		t.Error("SIGTERM did not end it")
	}
	// Certificate authorities are where Go looks for them.
	if _, err := os.Stat(filepath.Join(root, "etc/ssl/certs/ca-certificates.crt")); err != nil {
		t.Error(err)
	}
}
