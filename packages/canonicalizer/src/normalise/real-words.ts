// English words that are one slip away from words a schema is likely to have. They are what was meant: "county" is no
// misspelt "country", and customers "older" than 30 are no "order".
export const realWords: ReadonlySet<string> = new Set(
  (
    'county counties counter counted country countries count counts older elder border boarder holder order orders ' +
    'moves mover movers moved prize prizes pride prices title tile tiles titles store stores storey story stories stove ' +
    'staff stuff state states stated estate station stations sport sports spots spot action auction auctions caution ' +
    'friction fiction fraction faction section sections sector sectors product products produce project projects ' +
    'protect contact contract contacts contracts contrast customer costumer costumers custom customs rental rentals ' +
    'mental dental metal retail retails detail details rating ratings rate rates rated ratting dating trail trial trails trials ' +
    'from form forms firm firms farm causal casual dairy diary diaries untied united quite quiet quit lose loose later ' +
    'latter letter letters matter better bitter paper taper payer player players prayer buyer layer lawyer singer signer ' +
    'singers signers single signal signals singles artist artists artiest album albums genre gender genders track tracks ' +
    'truck trucks trick tricks tack stack stock stocks shock price salary celery sales scales salts sells shell shelf ' +
    'invoice invoices voice voices choice total totals tonal year years tears month months mouth mouths moth moths ' +
    'minute minutes minuet hour hours honour house horse horses houses hours share shares shore shape shaped short shorts ' +
    'shirt shirts skirt skirts sheet sheets street streets sweet tweet tree trees three threes free large larger lager ' +
    'largest longest lodger longer lounger lower slower flower flowers power lowest slowest highest higher hired hire ' +
    'least last latest lasted list lists listed lease leased east west wets rest rested rented rent rents resent recent ' +
    'decent descent descend ascend accent percent present parent parents patent patents patient patients paint paints ' +
    'point points print prints sprint spring string strings strong stranger manager manger managers mangers manage ' +
    'employee employees employer employers employed deploy department departments apartment apartments depart ' +
    'category categories stage stages staged state average averages beverage beverages coverage leverage number numbers ' +
    'slumber member members timber under udder wonder wander winter winner winners dinner writer writers waiter writhe ' +
    'white while whole hole holes whale where there their these those then than that thank them theme themes thin think ' +
    'thing things through though thought tough rough cough trough about above abode after alter altar again against ' +
    'before beyond below bellow elbow yellow fellow follow hollow active actives actor actors factor factors author ' +
    'authors actress address addresses adders dress dresses press class classes glass clash cash crash coach couch ' +
    'couches coaches course courses cause causes clause source sources score scores scare scarce score core cores chore ' +
    'corner scorn horn horror honor donor donors drama dramas karma comedy remedy comic comics cosmic music musical ' +
    'musicals medical family familiar animation imagination nation nations notion motion potion portion portions ' +
    'romance finance france francs trance dance dancer dancers cancer canter center centre cents scents tents tenths ' +
    'travel trowel gravel grave brave bravo sience silence science cycle circle bicycle style stale steal steel stall ' +
    'still skill skills kills bills bill ball balls bell bells belt belts boots boats books brook broke broken token tokens ' +
    'spoken poker joker jokers hiking biking baking taking making marking marketing market markets basket baskets ' +
    'bracket racket rackets jacket jackets packet packets pocket pockets planet planets plant plants plane planes plan plans ' +
    'place places palace palaces police policy policies polite politics public publics publish english finish finnish ' +
    'spanish german germany roman romanian indian indiana india austria australia austrian australian iraq iran niger ' +
    'nigeria guinea guyana gambia zambia slovakia slovenia sweden swedish swiss danish british brazil bring brings bought ' +
    'brought sought fought sold solid cold could would should world words worlds sword swords wards awards award reward ' +
    'rewards towards backward forward return returns returned retuned refund refunds refuned review reviews revenue ' +
    'revenues avenue avenues venue venues menu menus supply suppliers supplier supple simple sample samples example ' +
    'simpler shipped shopped chipped whipped tipped stopped stepped shipper shopper shippers shoppers slipper slippers ' +
    'ship ships chip chips shop shops chop shot shots shoot shoots shoes shows show shown shone phone phones prone prune ' +
    'brand brands band bands bland blend land lands island islands hand hands stand stands sand sandy candy cameras camera ' +
    'laptop laptops desktop tablet tablets table tables cable cables able label labels level levels never clever lever fever ' +
    'seven eleven even event events invent evens oven over cover covers lover lovers river rivers driver drivers diver ' +
    'divers drive drives dive weight weights eight eighty height heights light lights right rights night nights might sight ' +
    'size sizes seize prize site sites city cites cities kites cute value values valued valve valves wave waves save saves sale'
  ).split(' '),
)
