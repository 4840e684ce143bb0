#[path = "runners/regions.rs"]
mod regions;
#[path = "runners/render.rs"]
mod render;
#[path = "runners/spec.rs"]
mod spec;
fn main() {
    let args = libtest_mimic::Arguments::from_args();
    let mut all = spec::cases();
    all.extend(render::cases());
    all.extend(regions::cases());
    libtest_mimic::run(&args, all).exit();
}
