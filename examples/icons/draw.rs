//! The pixels of `assets/icons`, drawn from the SVG files there. The example writes them to the files, and a test
//! compares them with what the files hold.

use std::error::Error;
use std::path::{Path, PathBuf};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::roxmltree::{Document, Node};
use resvg::usvg::{Options, Tree};

/// What the tray shows one of, all drawn on 22 points.
pub const STATES: [&str; 4] = ["idle", "working", "connected", "trouble"];
/// Once and twice the resolution of a menu bar.
pub const TRAY_SIZES: [u32; 2] = [22, 44];
/// What the icon folders of Linux (hicolor) ask for, and the Mac's largest.
pub const APP_SIZES: [u32; 10] = [16, 22, 24, 32, 48, 64, 128, 256, 512, 1024];
/// Up to here the drawing without details is the more legible one.
const SMALL: u32 = 32;

/// A picture and the file that it belongs into.
pub struct Picture {
    pub file: PathBuf,
    pub pixels: Pixmap,
}

/// The folder of the icons.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/icons")
}

/// The file of a tray picture; `frame` where there are several.
pub fn tray_file(state: &str, frame: Option<usize>, size: u32) -> PathBuf {
    let frame = frame.map(|frame| format!("-{frame}")).unwrap_or_default();
    folder().join(format!("tray/{state}{frame}-{size}.png"))
}

/// The file of an application picture.
pub fn app_file(size: u32) -> PathBuf {
    folder().join(format!("app/{size}.png"))
}

/// The file with all sizes for the Mac.
pub fn mac_file() -> PathBuf {
    folder().join("app/remote-jupyter.icns")
}

/// Every picture.
pub fn all() -> Result<Vec<Picture>, Box<dyn Error>> {
    let mut pictures = Vec::new();
    for state in STATES {
        let frames = frames(&std::fs::read_to_string(
            folder().join(format!("tray/{state}.svg")),
        )?)?;
        let moves = frames.len() > 1;
        for (at, svg) in frames.iter().enumerate() {
            for size in TRAY_SIZES {
                let file = tray_file(state, moves.then_some(at), size);
                let pixels = render(svg, size)?;
                pictures.push(Picture { file, pixels });
            }
        }
    }
    for size in APP_SIZES {
        let file = app_file(size);
        let pixels = app(size)?;
        pictures.push(Picture { file, pixels });
    }
    Ok(pictures)
}

/// The application's icon.
pub fn app(size: u32) -> Result<Pixmap, Box<dyn Error>> {
    let small = if size <= SMALL { "-small" } else { "" };
    let file = folder().join(format!("app/remote-jupyter{small}.svg"));
    render(&std::fs::read_to_string(file)?, size)
}

/// A drawing for each value of its `<animate>` elements, since resvg draws none; without any, the drawing itself.
/// So the file that a browser plays and the frames of the tray cannot differ.
pub fn frames(svg: &str) -> Result<Vec<String>, Box<dyn Error>> {
    let document = Document::parse(svg)?;
    let is_animate = |node: &Node| node.has_tag_name(("http://www.w3.org/2000/svg", "animate"));
    let mut frames: Vec<String> = Vec::new();
    for animate in document.descendants().filter(is_animate) {
        if !frames.is_empty() {
            return Err("one animation for each drawing, please".into());
        }
        let name = animate.attribute("attributeName").ok_or("what moves?")?;
        let still = animate
            .parent()
            .and_then(|parent| parent.attribute_node(name))
            .ok_or("what moves has no value of its own")?;
        for value in animate.attribute("values").ok_or("no values")?.split(';') {
            let mut frame = svg.to_owned();
            frame.replace_range(still.range_value(), value.trim());
            frames.push(frame);
        }
    }
    if frames.is_empty() {
        frames.push(svg.to_owned());
    }
    Ok(frames)
}

fn render(svg: &str, size: u32) -> Result<Pixmap, Box<dyn Error>> {
    let tree = Tree::from_str(svg, &Options::default())?;
    let mut pixels = Pixmap::new(size, size).ok_or("a picture without pixels")?;
    // Whole numbers far below the 24 bits that are exact.
    #[allow(clippy::cast_precision_loss)]
    let scale = size as f32 / tree.size().width();
    resvg::render(
        &tree,
        Transform::from_scale(scale, scale),
        &mut pixels.as_mut(),
    );
    Ok(pixels)
}
