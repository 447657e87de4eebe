package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/webhook-gateway/gateway/bench/peer"
)

// manyFlows is what `bench -flows N` measures: a gateway with N flows of three
// actions each, beside one with a single flow.
type manyFlows struct {
	ctx     context.Context
	dir     string // has flows, gateway, and a data folder for each process
	n       int
	body    []byte
	command []string // of the gateway with N flows
	reloads int
}

// manyConstants are what the flows share. Each names a secret, and one in ten a
// connection.
const manyConstants = `secret "sender" { env = "BENCH_SENDER" }

connection "http" "stock" {
  base_url = "https://stock.example.com"
  bearer { token = secret.token }
}

secret "token" { env = "BENCH_SECRET" }
`

const senderVariable = "BENCH_SENDER=" + peer.Secret

// manyFlow is a typical flow. The action http is in the files and not reached.
const manyFlow = `flow "order_%[1]d" {
  label = "Orders of shop %[1]d"

  trigger "webhook" {
    path = "/shops/%[1]d/orders"
    mode = "sync"

    auth "hmac" {
      secret = secret.sender
      header = "X-Signature"
      prefix = "sha256="
    }

    variable "order_id" {
      type = string
    }
    variable "customer" {
      type = string
    }
    variable "items" {
      type = array
      min  = 1
    }
  }

  action "transform" "sum" {
    jq = "{count: (.items | length), total: ([.items[] | .qty * .price] | add)}"
  }

  action "http" "stock" {
%[3]s
    when   = action.sum.value.total > 1000000
    method = "POST"
    json   = { order = webhook.order_id, shop = %[1]d }
    retry { attempts = 3 }
  }

  action "respond" "answer" {
    json = {
      order   = webhook.order_id
      count   = action.sum.value.count
      total   = action.sum.value.total
      message = "Order ${webhook.order_id} of ${webhook.customer} is %[2]s"
    }
  }
}
`

// writeMany writes flows, each in a file of its own, a hundred to a folder.
func writeMany(dir string, n int) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	err := os.WriteFile(filepath.Join(dir, "constants.hcl"), []byte(manyConstants), 0o600)
	for i := range n {
		if i%100 == 0 {
			err = errors.Join(err, os.MkdirAll(filepath.Dir(manyFile(dir, i)), 0o700))
		}
		err = errors.Join(err, writeOne(dir, i, "confirmed"))
	}
	return err
}

// writeOne replaces the file of a flow as editors do.
func writeOne(dir string, i int, word string) error {
	call := fmt.Sprintf("    url    = \"https://stock.example.com/shops/%d\"", i)
	if i%10 == 0 {
		call = "    connection = connection.http.stock\n    url    = \"/items\""
	}
	name := manyFile(dir, i)
	if err := os.WriteFile(name+".new", fmt.Appendf(nil, manyFlow, i, word, call), 0o600); err != nil {
		return err
	}
	return os.Rename(name+".new", name)
}

func manyFile(dir string, i int) string {
	return filepath.Join(dir, fmt.Sprintf("group_%03d", i/100), fmt.Sprintf("order_%05d.hcl", i))
}

// measureMany measures a gateway with many flows.
func measureMany(n int, p plan) error {
	dir, err := os.MkdirTemp("", "gateway-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder
	m := &manyFlows{ctx: context.Background(), dir: dir, n: n, reloads: p.reloads}
	if m.body, err = os.ReadFile("bench/flows/order.json"); err != nil {
		return err
	}
	if err := errors.Join(writeMany(m.flows(n), n), writeMany(m.flows(1), 1)); err != nil {
		return err
	}
	if _, err := gatewayCommand(m.ctx, dir, "", ""); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if m.command, err = gatewayCommand(m.ctx, dir, self, p.profile); err != nil {
		return err
	}
	if err := m.validate(); err != nil {
		return err
	}
	many, one := &process{}, &process{}
	defer many.stop()
	defer one.stop()
	if err := errors.Join(m.start(many, n), m.start(one, 1)); err != nil {
		return err
	}
	if err := m.printIdle(many, one); err != nil {
		return err
	}
	if err := m.reload(many); err != nil {
		return err
	}
	if err := m.warmUp(many); err != nil {
		return err
	}
	if err := m.compare(many, one, p); err != nil || p.profile == "" {
		return err
	}
	return awaitHeapProfile(p.profile)
}

func (m *manyFlows) flows(n int) string { return filepath.Join(m.dir, fmt.Sprintf("flows_%d", n)) }

// validate measures `gateway validate` in time that passes and time of processors.
func (m *manyFlows) validate() error {
	c := exec.CommandContext(m.ctx, filepath.Join(m.dir, "gateway"), "validate", m.flows(m.n)) //nolint:gosec // our own command
	c.Env = append(slices.Concat(os.Environ(), secrets), senderVariable)
	began := time.Now()
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("validate: %w\n%s", err, out)
	}
	fmt.Printf("validate                         %7.2f s, %.2f s of processors\n", time.Since(began).Seconds(), (c.ProcessState.UserTime() + c.ProcessState.SystemTime()).Seconds())
	return nil
}

// process is a gateway that is measured.
type process struct {
	servers
	endpoints, admin string
}

// start starts a gateway and prints how long it takes until the first answer.
func (m *manyFlows) start(p *process, n int) error {
	p.endpoints, p.admin = freePort(), freePort()
	p.metrics = "http://" + p.admin + "/metrics"
	began := time.Now()
	command := []string{filepath.Join(m.dir, "gateway")}
	if n == m.n {
		command = m.command
	}
	err := p.run(m.ctx, append(command,
		"run", m.flows(n), "--listen", p.endpoints, "--admin-listen", p.admin,
		"--data", filepath.Join(m.dir, fmt.Sprintf("data_%d", n)), "--log-level", "error",
	), senderVariable)
	if err != nil {
		return err
	}
	for {
		if _, err = m.ask(p); err == nil || time.Since(began) > time.Minute {
			break
		}
	}
	if err != nil {
		return err
	}
	fmt.Printf("start with %5d flows            %7.2f s\n", n, time.Since(began).Seconds())
	return nil
}

// ask sends a request to the first flow until it is answered, and returns the message.
func (m *manyFlows) ask(p *process) (string, error) {
	answer, err := ask("http://"+p.endpoints+"/shops/0/orders", m.body, signature(m.body))
	object, _ := answer.(map[string]any)
	return fmt.Sprint(object["message"]), err
}

// printIdle prints what the gateways take once their memory has settled.
func (m *manyFlows) printIdle(many, one *process) error {
	time.Sleep(5 * time.Second)
	text, err := scrape(many.metrics)
	if err != nil {
		return err
	}
	all, base := residentMemory(many.pid()), residentMemory(one.pid())
	fmt.Printf("memory when idle                 %7.1f MiB, with one flow %.1f MiB: %.1f KiB for each flow\n", all, base, (all-base)*1024/float64(m.n))
	fmt.Printf("/metrics when idle               %7.1f KiB\n", float64(len(text))/1024)
	return nil
}

// reload edits one line again and again. A reload is timed from the end of the time
// that the gateway waits for further changes until it gives the new answer.
func (m *manyFlows) reload(p *process) error {
	const quiet = 100 * time.Millisecond
	var took []float64
	for i := range m.reloads {
		word := fmt.Sprintf("word%04d", i)
		began := time.Now()
		if err := writeOne(m.flows(m.n), 0, word); err != nil {
			return err
		}
		for {
			message, err := m.ask(p)
			if err != nil {
				return err
			}
			if strings.HasSuffix(message, word) {
				break
			}
			if time.Since(began) > time.Minute {
				return errors.New("the gateway did not reload within a minute")
			}
			time.Sleep(2 * time.Millisecond)
		}
		took = append(took, (time.Since(began) - quiet).Seconds())
		time.Sleep(100 * time.Millisecond)
	}
	text, err := scrape(p.metrics)
	if err != nil {
		return err
	}
	load := regexp.MustCompile(`(?m)^gateway_config_last_reload_duration_seconds (\S+)`).FindSubmatch(text)
	if load == nil {
		return errors.New("the metrics lack the time of the last load")
	}
	fmt.Printf("reload after an edit of a line   %7.3f s, slowest %.3f s, the last load %s s\n", median(took), slices.Max(took), load[1])
	fmt.Printf("memory at once after %3d reloads %7.1f MiB\n", m.reloads, residentMemory(p.pid()))
	time.Sleep(5 * time.Second)
	fmt.Printf("memory 5 s later                 %7.1f MiB\n", residentMemory(p.pid()))
	return nil
}

// spreadRequests is the part of a script for wrk that sends requests to all flows in
// turn, neighbours far apart.
const spreadRequests = `
local requests, at = {}, 0
function request()
  at = (at + 7919) %% %[1]d
  if not requests[at] then
    requests[at] = wrk.format(nil, "/shops/" .. at .. "/orders")
  end
  return requests[at]
end
`

// warmUp sends a request to each flow and prints what the first one costs: most forms
// of a flow are compiled when they are needed.
func (m *manyFlows) warmUp(p *process) error {
	before := busyTime(p.pid())
	for i := range m.n {
		if _, err := ask(fmt.Sprintf("http://%s/shops/%d/orders", p.endpoints, i), m.body, signature(m.body)); err != nil {
			return err
		}
	}
	cost := (busyTime(p.pid()) - before).Seconds() / float64(m.n)
	fmt.Printf("first request to each flow       %7.2f ms of a processor\n", 1000*cost)
	fmt.Printf("memory after it                  %7.1f MiB\n", residentMemory(p.pid()))
	return nil
}

// compare measures the same flow in both gateways, and all flows of the one with many.
func (m *manyFlows) compare(many, one *process, p plan) error {
	url := "http://" + many.endpoints + "/shops/0/orders"
	all := &row{name: fmt.Sprint("all of ", m.n, " flows"), url: url, process: many.pid()}
	rows := []*row{
		{name: "one flow", url: "http://" + one.endpoints + "/shops/0/orders", process: one.pid()},
		{name: fmt.Sprint("one of ", m.n, " flows"), url: url, process: many.pid()},
		all,
	}
	for _, r := range rows {
		r.against = rows[0]
	}
	script := filepath.Join(m.dir, "order.lua")
	if err := prepare(script, rows, m.body, false); err != nil {
		return err
	}
	spread, err := m.writeSpread(script)
	if err != nil {
		return err
	}
	for range p.rounds {
		for _, r := range rows {
			with := script
			if r == all {
				with = spread
			}
			if err := r.measure(m.ctx, with, p.seconds); err != nil {
				return err
			}
		}
	}
	report(rows)
	time.Sleep(5 * time.Second)
	fmt.Printf("memory 5 s later                 %7.1f MiB\n", residentMemory(many.pid()))
	return nil
}

// writeSpread writes a script that sends the requests of another one to all flows.
func (m *manyFlows) writeSpread(script string) (name string, err error) {
	text, err := os.ReadFile(script)
	if err != nil {
		return "", err
	}
	name = filepath.Join(m.dir, "spread.lua")
	return name, os.WriteFile(name, fmt.Appendf(text, spreadRequests, m.n), 0o600)
}

func (p *process) pid() int { return p.commands[0].Process.Pid }

// residentMemory is what a process has of the memory of the machine, in MiB.
func residentMemory(pid int) float64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := bytes.Cut(text, []byte("VmRSS:"))
	fields := strings.Fields(string(rest))
	if len(fields) == 0 {
		return 0
	}
	kib, _ := strconv.ParseFloat(fields[0], 64)
	return kib / 1024
}
