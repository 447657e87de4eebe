package cmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"golang.org/x/sync/errgroup"

	"github.com/webhook-gateway/gateway/admin"
	"github.com/webhook-gateway/gateway/admin/api"
	"github.com/webhook-gateway/gateway/admin/dashboard"
	"github.com/webhook-gateway/gateway/admin/dryrun"
	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/admin/session"
	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/flowtest"
	"github.com/webhook-gateway/gateway/gateway"
	"github.com/webhook-gateway/gateway/gateway/snapshot"
	"github.com/webhook-gateway/gateway/gateway/telemetry"
	"github.com/webhook-gateway/gateway/internal/keys"
	"github.com/webhook-gateway/gateway/internal/logging"
	"github.com/webhook-gateway/gateway/internal/netname"
	"github.com/webhook-gateway/gateway/internal/otlp"
)

// runner executes `gateway run`.
type runner struct {
	*command
	listen, adminListen, publicURL string
	data, store                    string
	logFormat, logLevel            string
	adminToken                     string
	requireToken                   bool // the operator gave the token
	oidc                           oidcFlags
	signIn                         *session.OIDC // nil without a provider
	newKey                         bool
	lease, shutdown, drain         time.Duration
	allow                          permissions
	flags                          *pflag.FlagSet
	tests                          flowtest.Options // with which dry runs read the flow files
	log                            *zap.Logger      // nil until the options are read
	heap                           *heapTuner
}

func (c *command) runCommand() *cobra.Command {
	r := &runner{command: c}
	cmd := &cobra.Command{
		Use:   "run [PATH ...]",
		Short: "Serve the flows and reload them when the files change",
		Long: `Serves every flow under the paths (default: the current folder). When files
change they are reloaded; if they have errors, the current flows continue to serve.
SIGHUP reloads them too. SIGINT and SIGTERM stop the gateway gracefully, and a
second one stops it at once.

Flags win over GATEWAY_* variables, and these over the gateway block. Paths of
flows that can't be guessed are derived from GATEWAY_KEY, or from a key that the
gateway creates in the data folder.

  gateway run flows
  gateway run --listen :9090 --log-format json /flows`,
		RunE: func(cmd *cobra.Command, args []string) error { return r.logError(r.run(cmd.Context(), args)) },
	}
	r.addFlags(cmd.Flags())
	return cmd
}

// addFlags declares the flags. Each one names its variable, which is GATEWAY_ and
// the name of the flag.
func (r *runner) addFlags(f *pflag.FlagSet) {
	r.flags = f
	f.StringVar(&r.listen, "listen", "", "address of the endpoints (GATEWAY_LISTEN; default :8080)")
	f.StringVar(&r.adminListen, "admin-listen", "", "address of health, metrics and API (GATEWAY_ADMIN_LISTEN; default 127.0.0.1:8081)")
	f.StringVar(&r.publicURL, "public-url", "", "start of printed URLs (GATEWAY_PUBLIC_URL)")
	f.StringVar(&r.data, "data", "", dataFlag)
	f.StringVar(&r.store, "store", "", "store of runs: a postgres:// URL, which several gateways may share (GATEWAY_STORE; default a file in the data folder)")
	f.StringVar(&r.logFormat, "log-format", "", "text or json (GATEWAY_LOG_FORMAT; default text)")
	f.StringVar(&r.logLevel, "log-level", "", "debug, info, warn or error (GATEWAY_LOG_LEVEL; default info)")
	f.StringVar(&r.adminToken, "admin-token", "", "token of the admin listener, needed on loopback too (GATEWAY_ADMIN_TOKEN; default: one in the data folder, needed outside of loopback)")
	f.BoolVar(&r.newKey, "new-key", false, "start with another GATEWAY_KEY than before; needed once after a change of the key (GATEWAY_NEW_KEY)")
	r.allow.addTo(f)
	r.oidc.addTo(f)
	f.DurationVar(&r.lease, "lease", 30*time.Second, "time without a heartbeat after which other gateways on the store take over the runs of a gateway; at least 1s (GATEWAY_LEASE)")
	f.DurationVar(&r.shutdown, "shutdown-timeout", 30*time.Second, "time that a stop waits for running runs (GATEWAY_SHUTDOWN_TIMEOUT)")
	f.DurationVar(&r.drain, "drain-delay", 0, "time for which a stopping gateway continues to serve after /readyz starts to fail, so that load balancers notice (GATEWAY_DRAIN_DELAY)")
}

// logError logs an error of a gateway whose log is JSON: programs read all that it
// writes.
func (r *runner) logError(err error) error {
	var code exit
	if err == nil || r.logFormat != "json" || r.log == nil || errors.As(err, &code) {
		return err
	}
	r.log.Error(err.Error())
	return exit(exitError)
}

func (r *runner) run(ctx context.Context, paths []string) error {
	if err := r.readEnv(); err != nil {
		return err
	}
	if len(paths) == 0 {
		paths = []string{"."}
	}
	memory := r.tuneMemory()
	tuned, stopTuning := context.WithCancel(ctx)
	defer stopTuning()
	go r.heap.run(tuned, r.clock)
	r.addProcessor()
	o, err := r.options(paths)
	o.Memory = memory / 2
	if err != nil {
		return err
	}
	if o.Store, err = openStore(ctx, o.Clock, storePlace{url: r.store, data: r.data, key: o.Key, newKey: r.newKey, log: o.Log}); err != nil {
		return err
	}
	defer o.Store.Close() //nolint:errcheck // accepted runs are durable already
	if err := o.Store.Ping(ctx); err != nil {
		o.Log.Warn("runs can't be stored now: requests that need it get 503 until the store is available", zap.Error(err))
	}
	exporter, err := r.addTraces(&o)
	if err != nil {
		return err
	}
	g, loaded, diags := gateway.New(o)
	if len(diags) > 0 {
		if err := r.reportFindings(diags, loaded, g == nil); err != nil {
			return err
		}
	}
	if g == nil {
		return exit(exitFindings)
	}
	defer g.Close()
	defer startExporter(ctx, exporter)()
	return r.serve(ctx, g, loaded, o)
}

// startExporter sends spans until the returned function is called, which sends those
// that are left. The exporter may be nil.
func startExporter(ctx context.Context, e *otlp.Exporter) (stop func()) {
	if e == nil {
		return func() {}
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		e.Run(ctx)
	}()
	return func() {
		cancel()
		<-ended
	}
}

// reportFindings writes the findings of the first load in the format of the log.
func (r *runner) reportFindings(diags hcl.Diagnostics, loaded *load.Config, failed bool) error {
	if r.logFormat == "json" {
		for _, d := range diags {
			level := zapcore.ErrorLevel
			if d.Severity == hcl.DiagWarning {
				level = zapcore.WarnLevel
			}
			var at []zap.Field
			if d.Subject != nil {
				at = append(at, zap.String("at", fmt.Sprintf("%s:%d", d.Subject.Filename, d.Subject.Start.Line)))
			}
			r.log.Log(level, d.Summary+": "+d.Detail, at...)
		}
		return nil
	}
	if err := r.writeFindings(r.err, "text", diags, loaded); err != nil {
		return err
	}
	if failed {
		_, _ = fmt.Fprintf(r.err, "\n%s\n", formatSummary(diags, loaded))
	}
	return nil
}

func (r *runner) options(paths []string) (gateway.Options, error) {
	o := gateway.Options{Clock: r.clock, Watch: paths, FreeMemory: debug.FreeOSMemory, Version: r.Version, Lease: r.lease, ShutdownTimeout: r.shutdown, DrainDelay: r.drain}
	if r.lease < time.Second {
		return o, fmt.Errorf("--lease must be at least 1s, and %v is less", r.lease)
	}
	var err error
	if o.Log, err = logging.New(r.err, r.logFormat, r.logLevel); err != nil {
		return o, err
	}
	r.log = o.Log
	if o.AllowExec, o.AllowPaths, err = r.allow.resolve(r.env); err != nil {
		return o, err
	}
	if err := checkApart(o.AllowPaths, paths, r.data); err != nil {
		return o, err
	}
	flows, err := r.loader(paths, load.RequireSet, func(o *load.Options) {
		o.LocalOnly, o.Bulk = isLoopback(r.listen), r.tuneBulkLoad
		r.tests = flowtest.Options{FS: o.FS, Paths: o.Paths, Kinds: o.Kinds, Connections: o.Connections, Version: r.Version, Clock: r.clock, Env: o.Env}
	})
	if err != nil {
		return o, err
	}
	o.Scanned = flows.Trust
	o.Load = func() (*load.Config, hcl.Diagnostics) {
		c, diags := flows.Load()
		r.override(&c.Gateway)
		return c, diags
	}
	if err := checkExist(paths); err != nil {
		return o, err
	}
	if o.Key, err = r.loadKey(r.data); err != nil {
		return o, err
	}
	o.ACMEFolder = filepath.Join(r.data, "acme")
	r.warnOfDataAmongFlows(paths)
	if given, _ := r.env("GATEWAY_KEY"); given == "" && r.store != "" {
		o.Log.Warn("GATEWAY_KEY is not set: gateways that share the store need the same one, for paths that can't be guessed, links in mails, sealed outputs and the keys of repeated requests")
	}
	if r.signIn, err = r.oidc.settings(); err != nil {
		return o, err
	}
	r.requireToken = r.adminToken != "" || r.signIn != nil
	r.adminToken, err = keys.LoadAdminToken(r.data, r.adminToken)
	return o, explainDataError(r.data, err)
}

// isLoopback reports whether only this machine reaches a listener at the address.
func isLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	return err == nil && netname.IsLoopback(host)
}

// warnOfDataAmongFlows logs that the data folder lies in a folder of flow files. It
// is not searched for flows, but may be copied or published with them.
func (r *runner) warnOfDataAmongFlows(paths []string) {
	data, err := filepath.Abs(r.data)
	for _, p := range paths {
		flows, wrong := filepath.Abs(p)
		if err != nil || wrong != nil {
			return // loading the files reports it
		}
		if inside, err := filepath.Rel(flows, data); err == nil && filepath.IsLocal(inside) {
			r.log.Warn("the data folder is among the flow files, and may be copied or published with them; name another one with --data or GATEWAY_DATA",
				zap.String("data", r.data), zap.String("flows", p))
		}
	}
}

// override lets flags and variables win over the gateway block.
func (r *runner) override(g *load.Gateway) {
	for to, flag := range map[*string]string{&g.Listen: r.listen, &g.Admin.Listen: r.adminListen, &g.PublicURL: r.publicURL} {
		if flag != "" {
			*to = flag
		}
	}
}

// checkExist reports the first path that does not exist, before anything is
// created for a gateway that would have no flows.
func checkExist(paths []string) error {
	for _, p := range paths {
		if _, err := os.Stat(p); errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("there is no file or folder %q: name a folder with .hcl files, or one such file", p)
		}
	}
	return nil
}

// readEnv sets the flags that were not given from their variables.
func (r *runner) readEnv() error {
	r.setFromEnv(&r.listen, "GATEWAY_LISTEN")
	r.setFromEnv(&r.adminListen, "GATEWAY_ADMIN_LISTEN")
	r.setFromEnv(&r.publicURL, "GATEWAY_PUBLIC_URL")
	r.data = r.dataFolder(r.data)
	r.setFromEnv(&r.store, "GATEWAY_STORE")
	r.setFromEnv(&r.logFormat, "GATEWAY_LOG_FORMAT")
	r.setFromEnv(&r.logLevel, "GATEWAY_LOG_LEVEL")
	r.setFromEnv(&r.adminToken, "GATEWAY_ADMIN_TOKEN")
	r.oidc.readEnv(r.setFromEnv)
	for value, otherwise := range map[*string]string{&r.logFormat: "text", &r.logLevel: "info"} {
		if *value == "" {
			*value = otherwise
		}
	}
	for name, variable := range map[string]string{"lease": "GATEWAY_LEASE", "shutdown-timeout": "GATEWAY_SHUTDOWN_TIMEOUT", "drain-delay": "GATEWAY_DRAIN_DELAY"} {
		text, ok := r.env(variable)
		if !ok || text == "" || r.flags.Changed(name) {
			continue
		}
		if err := r.flags.Set(name, text); err != nil {
			return fmt.Errorf("%s must be a duration such as 30s, not %q", variable, text)
		}
	}
	if text, ok := r.env("GATEWAY_NEW_KEY"); ok && text != "" && !r.flags.Changed("new-key") {
		if err := r.flags.Set("new-key", text); err != nil {
			return fmt.Errorf("GATEWAY_NEW_KEY must be true or false, not %q", text)
		}
	}
	return nil
}

// serve opens the listeners, prints the endpoints and serves until ctx ends.
func (r *runner) serve(ctx context.Context, g *gateway.Gateway, c *load.Config, o gateway.Options) error {
	public, err := listen(ctx, c.Gateway.Listen, "--listen")
	if err != nil {
		return err
	}
	adminListener, err := listen(ctx, c.Gateway.Admin.Listen, "--admin-listen")
	if err != nil {
		return err
	}
	adminServer, err := r.newAdminServer(adminListener, g, o)
	if err != nil {
		return err
	}
	r.showEndpoints(g.Addresses(), first(c.Gateway.PublicURL, baseURL(c.Gateway.Listen, public, c.Gateway.TLS != nil)))
	r.showDashboard(first(r.oidc.adminURL, baseURL(c.Gateway.Admin.Listen, adminListener, false)))
	o.Log.Info("ready", zap.String("listen", public.Addr().String()), zap.String("admin", adminListener.Addr().String()), zap.Int("flows", len(c.Flows)))
	defer reloadOnHangup(g)()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(adminServer.Serve)
	group.Go(func() error {
		defer adminServer.Close() // it serves until the gateway has stopped
		return g.Run(ctx, public)
	})
	return group.Wait()
}

// showEndpoints prints the URLs of the flows, or logs them if the log is JSON.
func (r *runner) showEndpoints(endpoints []snapshot.Address, base string) {
	for _, e := range endpoints {
		if r.logFormat == "json" {
			r.log.Info("endpoint", zap.String("flow", e.Flow), zap.Strings("methods", e.Methods), zap.String("url", e.URL(base)), zap.Bool("enabled", e.Enabled))
			continue
		}
		_, _ = fmt.Fprintln(r.out, e.Line(base))
	}
}

// showDashboard prints the URL of the dashboard. A log that is JSON has the address
// of its listener.
func (r *runner) showDashboard(base string) {
	if r.logFormat != "json" {
		_, _ = fmt.Fprintf(r.out, "Dashboard: %s/\n", strings.TrimSuffix(base, "/"))
	}
}

// newAdminServer builds the server of the admin listener over a gateway.
func (r *runner) newAdminServer(l net.Listener, g *gateway.Gateway, o gateway.Options) (*admin.Server, error) {
	log := telemetry.NewLog(o.Log).Sampled
	dryRuns, err := r.dryRuns()
	if err != nil {
		return nil, err
	}
	service := ops.New(ops.Options{
		Version: o.Version, Clock: o.Clock, Log: log, AuditLog: o.Log, Store: o.Store,
		Process: g, Snapshots: g, Reloader: g, Worker: g, Contacts: g, Keyring: g, Handshakes: g, Pauses: g, Starter: g, Endpoints: g,
		Rehearsal: dryrun.New(r.tests, dryRuns),
	})
	handler := api.New(api.Options{Ops: service, Metrics: g.MetricsHandler(), Clock: o.Clock, Version: o.Version})
	pages := dashboard.New(dashboard.Options{Ops: service, Clock: o.Clock, Log: log, Version: o.Version})
	if r.signIn != nil {
		r.signIn.Client = session.NewClient(g.EgressProxy)
	}
	sessions := session.New(session.Options{
		Key: o.Key, Token: r.adminToken, Secure: r.oidc.isSecure(), OIDC: r.signIn, Style: pages.StyleURL(), Icon: pages.IconURL(), Log: log, Clock: o.Clock,
		Keys: o.Store, CountRefused: g.CountRefusedSignIn,
	})
	return admin.NewServer(l, admin.Options{API: handler, Dashboard: pages, Sessions: sessions, Token: r.adminToken, RequireToken: r.requireToken, ClientAddress: g.ClientAddress, Log: log, Clock: o.Clock})
}

// reloadOnHangup reloads the flow files on SIGHUP until the returned function is
// called.
func reloadOnHangup(g *gateway.Gateway) (stop func()) {
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	go func() {
		for range hangups {
			g.Reload("signal") // logs its result
		}
	}()
	return func() { signal.Stop(hangups) }
}
