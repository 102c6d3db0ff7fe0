//! Line icons on a 24 grid, drawn with the text's colour.

use yew::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    Alarm,
    Arrow,
    Back,
    Building,
    Card,
    Cash,
    Check,
    Clock,
    Close,
    Empty,
    Line,
    Meter,
    Mobile,
    Monitor,
    Moon,
    More,
    Overview,
    Pause,
    Person,
    Play,
    Plug,
    PlugOff,
    Printer,
    Rail,
    Rows,
    Search,
    Sale,
    SignOut,
    Step,
    Sun,
    Table,
    Tariff,
    Undo,
    Wall,
    Warning,
}

impl Icon {
    fn path(self) -> &'static str {
        match self {
            Self::Alarm => {
                "M6 9a6 6 0 0 1 12 0c0 6 2.5 7 2.5 7h-17S6 15 6 9M10 20a2.2 2.2 0 0 0 4 0"
            }
            Self::Arrow => "M5 12h14M13 6l6 6-6 6",
            Self::Back => "M19 12H5M11 6l-6 6 6 6",
            Self::Building => {
                "M5 21V4a1 1 0 0 1 1-1h8a1 1 0 0 1 1 1v17M15 9h3a1 1 0 0 1 1 1v11M3 21h18M8.5 7.5h3M8.5 11.5h3M8.5 15.5h3"
            }
            Self::Card => {
                "M3 7a2 2 0 0 1 2-2h14a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2zM3 10h18M7 15h3"
            }
            Self::Cash => {
                "M3 7h18v10H3zM12 9.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5M6.5 12h.01M17.5 12h.01"
            }
            Self::Check => "M5 12.5l4.5 4.5L19 7.5",
            Self::Clock => "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18M12 7.5V12l3 2",
            Self::Close => "M6 6l12 12M18 6L6 18",
            Self::Empty => {
                "M3 13l3-8h12l3 8v5a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1zM3 13h5l1.5 3h5L16 13h5"
            }
            Self::Line => "M4 12h16M6 12V6M12 12v6M18 12V6M4 6h4M10 18h4M16 6h4",
            Self::Meter => {
                "M5 4h14a1 1 0 0 1 1 1v14a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1M8 8h8v4H8zM8 16h.01M12 16h.01M16 16h.01"
            }
            Self::Mobile => {
                "M8 3h8a1 1 0 0 1 1 1v16a1 1 0 0 1-1 1H8a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1M11 18h2"
            }
            Self::Monitor => {
                "M4 5h16a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1M9 21h6M12 17v4"
            }
            Self::Moon => "M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5",
            Self::More => "M5 12h.01M12 12h.01M19 12h.01",
            Self::Overview => {
                "M4 13a8 8 0 1 1 16 0M12 13l4-4M4 13v2a3 3 0 0 0 3 3h10a3 3 0 0 0 3-3v-2"
            }
            Self::Pause => "M9 5v14M15 5v14",
            Self::Person => {
                "M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8M4.5 20c.8-4 3.7-6 7.5-6s6.700 2 7.500 6"
            }
            Self::Play => "M8 5l11 7-11 7z",
            Self::Plug => "M9 3v5M15 3v5M6 8h12v3a6 6 0 0 1-12 0zM12 17v4",
            Self::PlugOff => {
                "M9 3v4M15 3v5M10 8h8v3c0 1-.2 1.900-.6 2.700M6.500 9v2a6 6 0 0 0 9 5.200M12 17v4M4 4l16 16"
            }
            Self::Printer => {
                "M7 9V3h10v6M7 17H5a2 2 0 0 1-2-2v-4a2 2 0 0 1 2-2h14a2 2 0 0 1 2 2v4a2 2 0 0 1-2 2h-2M7 14h10v7H7z"
            }
            Self::Rail => "M4 4h16v16H4zM9.500 4v16M15.500 9.500L13 12l2.500 2.500",
            Self::Rows => "M4 6h16M4 12h16M4 18h16",
            Self::Search => {
                "M10.500 4a6.500 6.500 0 1 1 0 13 6.500 6.500 0 0 1 0-13M15.300 15.300L20 20"
            }
            Self::Sale => {
                "M6 3h12v18l-3-2-3 2-3-2-3 2zM9.500 7.500L12 11l2.500-3.500M9.500 11.500h5M9.500 14h5M12 11v5"
            }
            Self::SignOut => {
                "M14 4H6a1 1 0 0 0-1 1v14a1 1 0 0 0 1 1h8M10 12h10M16.500 8.500L20 12l-3.500 3.500"
            }
            Self::Step => "M5 5l9 7-9 7zM18 5v14",
            Self::Sun => {
                "M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8M12 2.500v2M12 19.500v2M2.500 12h2M19.500 12h2M5.300 5.300l1.400 1.400M17.300 17.300l1.400 1.400M18.700 5.300l-1.400 1.400M6.700 17.300l-1.400 1.400"
            }
            Self::Table => "M4 5h16v14H4zM4 10h16M4 14.500h16M10 10v9",
            Self::Tariff => "M4 20V12h4v8zM10 20V5h4v15zM16 20V9h4v11z",
            Self::Undo => "M8 5L4 9l4 4M4 9h10a6 6 0 0 1 0 12h-3",
            Self::Wall => {
                "M4 4h4.500v4.500H4zM9.750 4h4.500v4.500h-4.500zM15.500 4H20v4.500h-4.500zM4 9.750h4.500v4.500H4zM9.750 9.750h4.500v4.500h-4.500zM15.500 9.750H20v4.500h-4.500zM4 15.500h4.500V20H4zM9.750 15.500h4.500V20h-4.500zM15.500 15.500H20V20h-4.500z"
            }
            Self::Warning => "M12 4l9 16H3zM12 10v4.500M12 17.300h.01",
        }
    }
}

#[derive(PartialEq, Properties)]
pub struct GlyphProps {
    pub icon: Icon,
    #[prop_or(18)]
    pub size: u32,
}

#[component]
pub fn Glyph(props: &GlyphProps) -> Html {
    let size = props.size.to_string();
    html! {
        <svg class="glyph" width={size.clone()} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor"
            stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
            <path d={props.icon.path()} />
        </svg>
    }
}
